// Draws the panel. Foreign text only ever becomes textContent or an input's value.
const PATIENCE = 5000; // milliseconds after which an unanswered click may be repeated

// This module is loaded once by each page that shows the panel; a reloaded page is another one.
const PAGE = Math.random().toString(36).slice(2);

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function diff(lines, label) {
  const pre = node("pre");
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", label);
  let inHunk = false;
  for (const line of lines) {
    if (line.startsWith("@@")) inHunk = true;
    const kind = !inHunk ? "" : line[0] === "+" ? "add" : line[0] === "-" ? "del" : line.startsWith("@@") ? "at" : "";
    pre.append(node("span", kind && `aisre-card-${kind}`, line + "\n"));
  }
  return pre;
}

// One hunk; where it may be left out or edited, what the person chose is in `choice()`: null while it is as shown.
function piece(shown, name, follow) {
  const box = node("div", "aisre-card-hunk");
  const pre = diff(shown.lines, `Changes in ${name}`);
  if (shown.text === null) {
    box.append(pre);
    return { box, choice: () => null, kept: () => true };
  }
  const tick = document.createElement("input");
  tick.type = "checkbox";
  tick.checked = true;
  const label = node("label", "aisre-card-dim");
  label.append(tick, node("span", "", ` ${name}`));
  const edit = node("button", "", "Edit");
  edit.type = "button";
  edit.setAttribute("aria-label", `Edit ${name}`);
  const text = node("textarea", "aisre-card-text");
  text.value = shown.text;
  text.rows = Math.min(20, shown.text.split("\n").length + 1);
  text.spellcheck = false;
  text.hidden = true;
  text.setAttribute("aria-label", `${name}, as it would stand in the file`);
  // What a textarea makes of the ends of lines is not an edit.
  const before = text.value;
  edit.addEventListener("click", () => {
    text.hidden = !text.hidden;
    pre.hidden = !text.hidden;
    edit.textContent = text.hidden ? "Edit" : "Show the diff";
    if (text.value !== before) edit.textContent += " (edited)";
    if (!text.hidden) text.focus();
  });
  const change = () => {
    box.classList.toggle("aisre-card-out", !tick.checked);
    follow();
  };
  tick.addEventListener("change", change);
  text.addEventListener("input", change);
  const head = node("div", "aisre-card-head");
  head.append(label, edit);
  box.append(head, pre, text);
  const choice = () => (!tick.checked ? [false, null] : text.value !== before ? [true, text.value] : null);
  return { box, choice, kept: () => tick.checked };
}

function table(rows) {
  const made = node("table", "aisre-card-rows");
  const line = (cells, kind) => {
    const row = node("tr");
    for (const cell of cells) row.append(node(kind, "", cell));
    made.append(row);
  };
  line(["what", "before", "after"], "th");
  for (const row of rows) line(row, "td");
  return made;
}

function field(name, value, form) {
  const label = node("label", "aisre-card-field");
  label.append(node("span", "", name));
  const input = document.createElement(name === "body" ? "textarea" : "input");
  input.value = value;
  if (name === "body") input.rows = Math.min(8, value.split("\n").length + 1);
  label.append(input);
  form.append(label);
  // What an input makes of the text (it has no line breaks) is not an edit.
  return { input, before: input.value };
}

function card(model, proposal) {
  const box = node("section", "aisre-card");
  box.setAttribute("aria-label", `Approval of ${proposal.tool}`);
  box.setAttribute("role", "group");
  box.append(node("h4", "", `Before this runs: ${proposal.tool}`));
  if (proposal.again) box.append(node("p", "aisre-card-warn", `Shown again: ${proposal.again}`));
  if (proposal.why) box.append(node("p", "", proposal.why));
  box.append(node("p", "aisre-card-dim", proposal.scope));
  const fields = {};
  for (const [name, value] of Object.entries(proposal.editable)) fields[name] = field(name, value, box);
  if (!("title" in fields)) box.append(node("p", "aisre-card-title", proposal.title));
  if (!("body" in fields) && proposal.body) box.append(node("pre", "", proposal.body));
  for (const hidden of proposal.hidden) box.append(node("p", "aisre-card-warn", `⚠ Holds hidden characters: ${hidden}`));
  if (proposal.rows.length) box.append(table(proposal.rows));
  const pieces = [];
  proposal.files.forEach((file, n) => {
    const part = node("div", "aisre-card-file");
    part.append(node("code", "", file.kind ? `${file.path} (${file.kind})` : file.path));
    file.hunks.forEach((hunk, m) => {
      const made = piece(hunk, `${file.path}, hunk ${m + 1} of ${file.hunks.length}`, () => follow());
      pieces.push({ at: [n, m], ...made });
      part.append(made.box);
    });
    box.append(part);
  });

  const hunks = () => pieces.filter((p) => p.choice()).map((p) => [...p.at, ...p.choice()]);
  const edits = () => {
    const changed = Object.entries(fields).filter(([, { input, before }]) => input.value !== before);
    return Object.fromEntries(changed.map(([name, { input }]) => [name, input.value]));
  };
  const row = node("div", "aisre-card-buttons");
  const reason = node("input", "aisre-card-reason");
  reason.placeholder = "reason for a rejection; the model reads it";
  reason.setAttribute("aria-label", "Reason for a rejection");
  const said = node("span", "aisre-card-dim");
  said.setAttribute("role", "status");
  const buttons = [];
  const follow = () => {
    const changed = Object.keys(edits()).length > 0 || hunks().length > 0;
    const nothing = pieces.length > 0 && !pieces.some((p) => p.kept());
    approve.disabled = kind.disabled = changed;
    edited.disabled = !changed || nothing;
    said.textContent = nothing ? "Every hunk is left out: reject it instead." : "";
    for (const button of [reject, stop]) button.disabled = false;
  };
  const decide = (verdict, grant = false) => {
    for (const button of buttons) button.disabled = true;
    model.send({ type: "decision", call_id: proposal.call_id, digest: proposal.digest, verdict, grant, edits: edits(), hunks: hunks(), reason: reason.value });
    setTimeout(() => {
      follow();
      said.textContent = "The kernel did not answer; try again.";
    }, PATIENCE);
  };
  const button = (text, verdict, className, grant = false) => {
    const made = node("button", className, text);
    made.type = "button";
    made.addEventListener("click", () => decide(verdict, grant));
    buttons.push(made);
    return made;
  };
  const approve = button("Approve", "approve", "aisre-card-yes");
  const edited = button("Approve as edited", "edit", "aisre-card-yes");
  const kind = button("Approve this kind for 10 minutes", "approve", "", true);
  kind.title = `Now, and for ten minutes without asking: ${proposal.kind}`;
  kind.setAttribute("aria-description", kind.title);
  const reject = button("Reject with a reason", "reject");
  reason.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && reason.value.trim()) decide("reject");
  });
  const stop = button("Stop here", "stop");
  stop.title = "Do not run this, and end the investigation with the report so far";
  for (const { input } of Object.values(fields)) input.addEventListener("input", follow);
  follow();
  row.append(approve);
  if (Object.keys(fields).length || pieces.some((p) => p.box.querySelector("textarea"))) row.append(edited);
  row.append(kind, reject, reason, stop, said);
  box.append(row);
  return box;
}

function render({ model, el }) {
  const root = node("div", "aisre-panel");
  // The notebook has shortcuts of one letter; a key that is pressed in the card is not for it.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const status = node("div", "aisre-card-status");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  const tail = node("div", "aisre-card-dim aisre-card-tail");
  const list = node("div", "aisre-card-steps");
  const place = node("div");
  root.append(list, status, tail, place);
  el.append(root);

  const words = () => {
    const proposal = model.get("proposal");
    status.textContent = proposal.call_id ? `Waiting for you: ${proposal.tool}` : model.get("status");
    status.classList.toggle("aisre-card-live", !model.get("over"));
    tail.textContent = model.get("tail");
  };
  const steps = () => {
    list.replaceChildren();
    const home = model.get("home");
    if (!home || home === PAGE) return;
    // The outputs of this run go to another page, or to this one before it was reloaded.
    list.append(node("div", "aisre-card-dim", "This page was loaded while the cell ran, and does not get its outputs. When it is done, %sre show draws them all."));
    for (const step of model.get("steps")) list.append(node("div", "", step));
  };
  const decisions = () => {
    const proposal = model.get("proposal");
    words();
    place.replaceChildren();
    if (!proposal.call_id) return;
    place.append(card(model, proposal));
    place.scrollIntoView({ block: "nearest" });
  };
  model.on("change:status change:tail change:over", words);
  model.on("change:steps change:home", steps);
  model.on("change:proposal", decisions);
  steps();
  decisions();
  model.send({ type: "ready", page: PAGE });
  return () => {
    model.off("change:status change:tail change:over", words);
    model.off("change:steps change:home", steps);
    model.off("change:proposal", decisions);
  };
}

export default { render };
