import Foundation

/// A page of text, tables and figures that needs nothing but itself: no scripts, no other files.
public struct HTMLReport: Sendable {
  /// One headline figure.
  public struct Fact: Equatable, Sendable {
    public var value: String
    public var name: String
    public var note: String

    public init(_ value: String, _ name: String, note: String = "") {
      self.value = value
      self.name = name
      self.note = note
    }
  }

  private let title: String
  private let subtitle: String
  private var body = ""
  private var sections: [(id: String, title: String)] = []
  private var figures = 0
  private var tables = 0

  /// An empty page.
  public init(title: String, subtitle: String = "") {
    self.title = title
    self.subtitle = subtitle
  }

  /// A cell of a table: text, with a tone where it is a verdict, and a section to go to.
  public struct Cell: Equatable, Sendable, ExpressibleByStringInterpolation {
    public enum Tone: String, Sendable { case good, fair, bad }

    public var text: String
    public var tone: Tone?
    /// Title of a section of the page.
    public var section: String?

    public init(_ text: String, tone: Tone? = nil, section: String? = nil) {
      self.text = text
      self.tone = tone
      self.section = section
    }

    public init(stringLiteral text: String) { self.init(text) }
  }

  /// Begins a section; its title may bear a verdict.
  public mutating func section(_ title: String, verdict: Cell? = nil) {
    let id = "s\(sections.count + 1)"
    sections.append((id, title))
    body += "<h2 id=\"\(id)\">\(Escape.html(title))\(verdict.map { " " + Self.badge($0) } ?? "")</h2>\n"
  }

  private static func badge(_ cell: Cell) -> String {
    cell.tone.map { "<span class=\"badge \($0.rawValue)\">\(Escape.html(cell.text))</span>" } ?? Escape.html(cell.text)
  }

  /// A list of plain lines.
  public mutating func list(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    body += "<ul>" + lines.map { "<li>\(Escape.html($0))</li>" }.joined(separator: "\n") + "</ul>\n"
  }

  /// A paragraph of plain text.
  public mutating func paragraph(_ text: String) { body += "<p>\(Escape.html(text))</p>\n" }

  /// A paragraph that stands out, for what must not be overlooked.
  public mutating func notice(_ text: String) { body += "<p class=\"notice\">\(Escape.html(text))</p>\n" }

  /// Text as it is, such as a program's output.
  public mutating func preformatted(_ text: String) { body += "<pre>\(Escape.html(text))</pre>\n" }

  /// Headline figures side by side.
  public mutating func facts(_ facts: [Fact]) {
    body += "<div class=\"facts\">\n"
    for fact in facts {
      body += "<div class=\"fact\"><div class=\"value\">\(Escape.html(fact.value))</div>"
      body += "<div class=\"name\">\(Escape.html(fact.name))</div>"
      if !fact.note.isEmpty { body += "<div class=\"note\">\(Escape.html(fact.note))</div>" }
      body += "</div>\n"
    }
    body += "</div>\n"
  }

  /// A figure: a drawing as `LinePlot.svg` and its like make it, numbered, with its caption.
  public mutating func figure(_ svg: String, caption: String) {
    figures += 1
    body += "<figure>\(svg)<figcaption><b>Figure \(figures).</b> \(Escape.html(caption))</figcaption></figure>\n"
  }

  /// Several drawings under one caption, as many side by side as there is room for.
  public mutating func figures(_ drawings: [String], caption: String) {
    figures += 1
    body += "<figure><div class=\"grid\">"
    for drawing in drawings { body += "<div>\(drawing)</div>" }
    body += "</div><figcaption><b>Figure \(figures).</b> \(Escape.html(caption))</figcaption></figure>\n"
  }

  /// A table; columns whose every cell reads as a number are set flush right.
  public mutating func table(_ header: [String], _ rows: [[String]], caption: String = "") {
    table(header, cells: rows.map { $0.map { Cell($0) } }, caption: caption)
  }

  /// As `table(_:_:caption:)`, with verdicts and links to sections, wherever on the page these stand.
  public mutating func table(_ header: [String], cells rows: [[Cell]], caption: String = "") {
    let numeric = header.indices.map { column in
      !rows.isEmpty
        && rows.allSatisfy {
          $0.indices.contains(column) && ($0[column].text.isEmpty || Self.isNumber($0[column].text))
        }
    }
    func cell(_ tag: String, _ cell: Cell, _ column: Int) -> String {
      let style = numeric.indices.contains(column) && numeric[column] ? " class=\"n\"" : ""
      var text = Self.badge(cell)
      if let section = cell.section { text = "<a href=\"\(Self.link(section))\">\(text)</a>" }
      return "<\(tag)\(style)>\(text)</\(tag)>"
    }
    body += "<div class=\"table\"><table>"
    if !caption.isEmpty {
      tables += 1
      body += "<caption><b>Table \(tables).</b> \(Escape.html(caption))</caption>"
    }
    body += "<thead><tr>" + header.enumerated().map { cell("th", Cell($1), $0) }.joined() + "</tr></thead><tbody>\n"
    for row in rows { body += "<tr>" + row.enumerated().map { cell("td", $1, $0) }.joined() + "</tr>\n" }
    body += "</tbody></table></div>\n"
  }

  /// Stands for a link to a section until the whole page is known.
  private static func link(_ section: String) -> String { "\u{1}\(Escape.html(section))\u{1}" }

  private static func isNumber(_ text: String) -> Bool {
    var rest = text.replacingOccurrences(of: ",", with: "").replacingOccurrences(of: "\u{2212}", with: "-")
    for unit in ["%", "s", "ms", "µs", "V"] where rest.hasSuffix(" " + unit) { rest.removeLast(unit.count + 1) }
    return Double(rest) != nil || text == "–"
  }

  /// The whole page.
  public var html: String {
    var page = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Escape.html(title))</title>
      <style>\(ReportStyle.css)</style></head><body>
      <header><h1>\(Escape.html(title))</h1>

      """
    if !subtitle.isEmpty { page += "<p class=\"subtitle\">\(Escape.html(subtitle))</p>\n" }
    if sections.count > 2 {
      page += "<nav>"
      page += sections.map { "<a href=\"#\($0.id)\">\(Escape.html($0.title))</a>" }.joined(separator: "\n")
      page += "</nav>\n"
    }
    return page + "</header>\n<main>\n" + linked + "</main></body></html>\n"
  }

  private var linked: String {
    var parts = body.components(separatedBy: "\u{1}")
    // Every other part is a section's title.
    for index in stride(from: 1, to: parts.count, by: 2) {
      parts[index] = sections.first { Escape.html($0.title) == parts[index] }.map { "#" + $0.id } ?? "#"
    }
    return parts.joined()
  }

  /// Writes the page to `path`, whole or not at all.
  public func write(to path: String) throws(ProjectError) { try AtomicFile.write(html, to: path) }
}
