// Draws the panel. Foreign text only ever becomes textContent or an input's value.
const HEADERS = ["diff --git ", "index ", "--- ", "+++ "]; // the path stands above
const PATIENCE = 5000; // milliseconds after which an unanswered click may be repeated

// This module is loaded once by each page that shows the panel; a reloaded page is another one.
const PAGE = Math.random().toString(36).slice(2);

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function diff(file) {
  const box = node("div", "aisre-card-file");
  box.append(node("code", "", file.path));
  const pre = node("pre");
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", `Changes in ${file.path}`);
  let inHunk = false;
  for (const line of file.lines) {
    if (line.startsWith("@@")) inHunk = true;
    if (!inHunk && HEADERS.some((start) => line.startsWith(start))) continue;
    const kind = !inHunk ? "" : line[0] === "+" ? "add" : line[0] === "-" ? "del" : line.startsWith("@@") ? "at" : "";
    pre.append(node("span", kind && `aisre-card-${kind}`, line + "\n"));
  }
  box.append(pre);
  return box;
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
  box.append(node("h4", "", `Before this runs: ${proposal.tool}`));
  if (proposal.why) box.append(node("p", "", proposal.why));
  box.append(node("p", "aisre-card-dim", proposal.scope));
  const fields = {};
  for (const [name, value] of Object.entries(proposal.editable)) fields[name] = field(name, value, box);
  if (!("title" in fields)) box.append(node("p", "aisre-card-title", proposal.title));
  if (!("body" in fields) && proposal.body) box.append(node("pre", "", proposal.body));
  for (const hidden of proposal.hidden) box.append(node("p", "aisre-card-warn", `⚠ Holds hidden characters: ${hidden}`));
  if (proposal.rows.length) box.append(table(proposal.rows));
  for (const file of proposal.files) box.append(diff(file));

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
    const changed = Object.keys(edits()).length > 0;
    approve.disabled = changed;
    edited.disabled = !changed;
    for (const button of [reject, stop]) button.disabled = false;
  };
  const decide = (verdict) => {
    for (const button of buttons) button.disabled = true;
    model.send({ type: "decision", call_id: proposal.call_id, digest: proposal.digest, verdict, edits: edits(), reason: reason.value });
    setTimeout(() => {
      said.textContent = "The kernel did not answer; try again.";
      follow();
    }, PATIENCE);
  };
  const button = (text, verdict, className) => {
    const made = node("button", className, text);
    made.type = "button";
    made.addEventListener("click", () => decide(verdict));
    buttons.push(made);
    return made;
  };
  const approve = button("Approve", "approve", "aisre-card-yes");
  const edited = button("Approve as edited", "edit", "aisre-card-yes");
  const reject = button("Reject", "reject");
  const stop = button("Stop here", "stop");
  stop.title = "Do not run this, and end the investigation with the report so far";
  for (const { input } of Object.values(fields)) input.addEventListener("input", follow);
  follow();
  row.append(approve);
  if (Object.keys(fields).length) row.append(edited);
  row.append(reject, reason, stop, said);
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
