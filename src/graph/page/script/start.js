// Where it begins: the data is read, the parts are joined.

function start() {
  const data = JSON.parse(element("data").textContent);
  const board = new Board();
  const lines = new Lines(board);
  const path = new Path(data, board);
  board.onSelect = (id) => {
    lines.draw();
    path.tell(id);
  };
  const customer = new Customer(data, board, path);

  document.querySelector(".tools").hidden = false;
  element("search").addEventListener("input", () => board.filter());
  element("only-findings").addEventListener("change", () => board.filter());
  element("slots").addEventListener("change", () => board.filter());
  const all = (isChecked) => () => {
    for (const box of document.querySelectorAll("#slots input")) box.checked = isChecked;
    board.filter();
  };
  element("all-slots").addEventListener("click", all(true));
  element("no-slots").addEventListener("click", all(false));
  const rows = element("rows");
  rows.checked = document.body.classList.contains("compact");
  rows.addEventListener("change", () => {
    document.body.classList.toggle("compact", rows.checked);
    lines.draw();
  });
  board.filter();
  const named = /^#rule-(\d+)$/.exec(location.hash);
  if (named) board.show(Number(named[1]));
  document.documentElement.dataset.ready = "yes";

  // For tests, and for whoever wants to ask from the console: the same functions that the form uses.
  const answer = (frame, slot) => decideSlot(new Decider(data, frame), slot);
  globalThis.cater = Object.freeze({
    data,
    customer,
    /** Decides a slot for a frame as the model writes it down. */
    ofFrame: (written, slot, of = data) => decideSlot(new Decider(of, frameOf(written)), slot),
    /** Decides a slot for a customer's JSON. */
    ofCustomer: (written, now, slot, told = {}) =>
      answer(frameOfText(data, written, now, { caps: {}, windows: {}, values: {}, ...told }), slot),
  });
}

start();
