// Draws the panel. Foreign text only ever becomes textContent or an input's value.
function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function diff(file) {
  const box = node("div", "aisre-card-file");
  box.append(node("code", "", file.path));
  const pre = node("pre", "");
  for (const line of file.lines) {
    const kind = line.startsWith("+++") || line.startsWith("---") ? "" : line[0] === "+" ? "add" : line[0] === "-" ? "del" : "";
    pre.append(node("span", kind ? `aisre-card-${kind}` : "", line + "\n"));
  }
  box.append(pre);
  return box;
}

function field(name, value, form) {
  const label = node("label", "aisre-card-field");
  label.append(node("span", "", name));
  const input = document.createElement(name === "body" ? "textarea" : "input");
  input.value = value;
  if (name === "body") input.rows = Math.min(8, value.split("\n").length + 1);
  // The notebook has shortcuts of one letter; what is typed here is not for it.
  input.addEventListener("keydown", (event) => event.stopPropagation());
  label.append(input);
  form.append(label);
  return input;
}

function card(model, proposal) {
  const box = node("section", "aisre-card");
  box.setAttribute("aria-label", `Approval of ${proposal.tool}`);
  box.append(node("h4", "", `Before this runs: ${proposal.tool}`));
  if (proposal.why) box.append(node("p", "aisre-card-dim", proposal.why));
  box.append(node("p", "aisre-card-dim", proposal.scope));
  const inputs = {};
  for (const [name, value] of Object.entries(proposal.editable)) inputs[name] = field(name, value, box);
  if (!("title" in inputs)) box.append(node("p", "", proposal.title));
  if (!("body" in inputs) && proposal.body) box.append(node("pre", "", proposal.body));
  for (const file of proposal.files) box.append(diff(file));

  const row = node("div", "aisre-card-buttons");
  const reason = node("input", "aisre-card-reason");
  reason.placeholder = "reason, for a rejection";
  reason.setAttribute("aria-label", "Reason for a rejection");
  reason.addEventListener("keydown", (event) => event.stopPropagation());
  const buttons = [];
  const decide = (verdict) => {
    for (const button of buttons) button.disabled = true;
    const edits = {};
    for (const [name, input] of Object.entries(inputs)) edits[name] = input.value;
    model.send({ type: "decision", call_id: proposal.call_id, digest: proposal.digest, verdict, edits, reason: reason.value });
  };
  const button = (text, verdict, className) => {
    const made = node("button", className, text);
    made.type = "button";
    made.addEventListener("click", () => decide(verdict));
    buttons.push(made);
    row.append(made);
    return made;
  };
  const approve = button("Approve", "approve", "aisre-card-yes");
  const edited = button("Approve as edited", "edit", "");
  const changed = () => Object.entries(inputs).some(([name, input]) => input.value !== proposal.editable[name]);
  const follow = () => {
    edited.disabled = !changed();
    approve.disabled = changed();
  };
  for (const input of Object.values(inputs)) input.addEventListener("input", follow);
  if (!Object.keys(inputs).length) edited.style.display = "none";
  follow();
  button("Reject", "reject", "");
  row.append(reason);
  button("Stop here", "stop", "");
  box.append(row);
  return box;
}

function render({ model, el }) {
  const root = node("div", "aisre-panel");
  const status = node("div", "aisre-card-status");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  const tail = node("div", "aisre-card-dim");
  const place = node("div", "");
  root.append(status, tail, place);
  el.append(root);

  const words = () => {
    status.textContent = model.get("status");
    tail.textContent = model.get("tail");
  };
  const decisions = () => {
    const proposal = model.get("proposal");
    place.replaceChildren();
    if (!proposal || !proposal.call_id) return;
    place.append(card(model, proposal));
    place.scrollIntoView({ block: "nearest" });
  };
  model.on("change:status change:tail", words);
  model.on("change:proposal", decisions);
  words();
  decisions();
  // By message, not by trait: a second change of a trait waits until the kernel is idle, which it is not in a running cell.
  model.send({ type: "ready" });
  return () => {
    model.off("change:status change:tail", words);
    model.off("change:proposal", decisions);
  };
}

export default { render };
