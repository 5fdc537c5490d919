// Lines from the rule that is selected, or pointed at, to those that its panel names: the list in words is where they come
// from, so there is no line without words. Rules of one slot are joined in the space left of their column.

const SVG = "http://www.w3.org/2000/svg";
/** More lines than these tell nobody anything. */
const MOST_LINES = 16;

class Lines {
  constructor(board) {
    this.board = board;
    this.root = element("lines");
    this.marks = [];
    board.onHover = () => this.draw();
    new ResizeObserver(() => this.draw()).observe(board.root);
  }

  draw() {
    this.root.replaceChildren();
    for (const mark of this.marks) mark.remove();
    this.marks = [];
    const { selected, hovered, cards } = this.board;
    const card = cards.get(selected ?? hovered);
    const { scrollWidth, scrollHeight } = this.board.root;
    this.root.setAttribute("width", scrollWidth);
    this.root.setAttribute("height", scrollHeight);
    if (!card || card.item.hidden || card.item.closest(".slot").hidden) return;
    const drawn = new Set();
    for (const link of card.details.querySelectorAll(".relations a[data-to]")) {
      const to = cards.get(Number(link.dataset.to));
      const { kind, line } = link.parentElement.dataset;
      if (!to || drawn.has(`${kind} ${to.id}`) || drawn.size >= MOST_LINES) continue;
      if (to.item.hidden || to.item.closest(".slot").hidden) continue;
      drawn.add(`${kind} ${to.id}`);
      this.line(card, to, kind, drawn.size);
      if (selected !== null) this.mark(to, kind, line);
    }
  }

  /** A rule that is joined says so itself, by what weighs most: the list begins with it. */
  mark(card, kind, words) {
    if (card.row.querySelector(".rel")) return;
    const mark = make("span", { className: `badge rel ${kind}` }, words);
    card.row.querySelector(".badges").append(mark);
    this.marks.push(mark);
  }

  line(from, to, kind, number) {
    const [a, b] = [this.box(from.row), this.box(to.row)];
    const isOneColumn = from.item.closest(".slot") === to.item.closest(".slot");
    const [ya, yb] = [a.top + a.height / 2, b.top + b.height / 2];
    const lane = 12 + ((number - 1) % 5) * 5;
    const line = document.createElementNS(SVG, "path");
    if (isOneColumn) {
      const x = a.left - lane;
      const turn = Math.min(6, Math.abs(yb - ya) / 2);
      const down = yb > ya ? turn : -turn;
      line.setAttribute("d", `M${a.left} ${ya}H${x + turn}Q${x} ${ya} ${x} ${ya + down}V${yb - down}Q${x} ${yb} ${x + turn} ${yb}H${b.left - 5}`);
      this.point(b.left, yb, 1, kind);
    } else {
      const isRight = b.left > a.left;
      const [xa, xb] = isRight ? [a.left + a.width, b.left] : [a.left, b.left + b.width];
      const [bend, tip] = isRight ? [xb - lane, -5] : [xb + lane, 5];
      line.setAttribute("d", `M${xa} ${ya}C${bend} ${ya} ${xa + (bend - xa) / 2} ${yb} ${bend} ${yb}H${xb + tip}`);
      this.point(xb, yb, isRight ? 1 : -1, kind);
    }
    line.setAttribute("class", `line ${kind}`);
    this.root.append(line);
  }

  /** The end of a line: an arrow, or a bar where it stops somebody. */
  point(x, y, way, kind) {
    const point = document.createElementNS(SVG, "path");
    const isBar = kind === "conflicts" || kind === "covered-by" || kind === "covers";
    const arrow = `M${x} ${y}L${x - 7 * way} ${y - 4}V${y + 4}Z`;
    point.setAttribute("d", isBar ? `M${x - 3 * way} ${y - 6}V${y + 6}` : arrow);
    point.setAttribute("class", `${isBar ? "bar" : "head"} ${kind}`);
    this.root.append(point);
  }

  /** Where an element lies on the board, whatever is scrolled. */
  box(of) {
    const { root } = this.board;
    const [outer, inner] = [root.getBoundingClientRect(), of.getBoundingClientRect()];
    return {
      left: inner.left - outer.left + root.scrollLeft - root.clientLeft,
      top: inner.top - outer.top + root.scrollTop - root.clientTop,
      width: inner.width,
      height: inner.height,
    };
  }
}
