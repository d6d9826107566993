import Foundation
import FoundationXML
import Testing

import Workbench

@Suite struct ReportTests {
  /// Whether `text` is well-formed XML, and how many elements of each name it has.
  private final class Counter: NSObject, XMLParserDelegate {
    var elements: [String: Int] = [:]

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { elements[name, default: 0] += 1 }

    static func count(_ text: String) -> [String: Int]? {
      let counter = Counter()
      let parser = XMLParser(data: Data(text.utf8))
      parser.delegate = counter
      return parser.parse() ? counter.elements : nil
    }
  }

  @Test func ticksAreRound() {
    #expect(Ticks(0, 1, count: 5).labels == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(Ticks(-3, 7, count: 5).labels == ["\u{2212}2", "0", "2", "4", "6"])
    #expect(Ticks(0, 29, count: 6).labels == ["0", "5", "10", "15", "20", "25"])
    #expect(Ticks(powersFrom: -3, to: 1).labels == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(Ticks.widened(0.13, 0.87, count: 5) == (0, 1.0) || Ticks.widened(0.13, 0.87, count: 5).0 <= 0.13)
    #expect(Ticks(5, 5, count: 5).values == [5] && Ticks(.nan, 1, count: 5).values.count == 1)
  }

  @Test func plotsAreWellFormedWhateverTheyShow() throws {
    let frame = PlotFrame(title: "<T> & \"q\"", xLabel: "a<b", yLabel: "&", showsTitle: true)
    let lists: [[Double]] = [
      [], [1], [2, 2, 2], [.nan, 1, .infinity], [-1, 0, 1e-300], [1e300, -1e300],
      (0..<20_000).map { sin(Double($0) / 50) },
    ]
    for values in lists {
      for logarithmic in [false, true] {
        var frame = frame
        frame.logarithmic = logarithmic
        let plots = [
          LinePlot(
            frame,
            lines: [PlotLine("l", y: values, color: 0), PlotLine("", y: values, color: 9, dashed: true, points: true)],
            bands: [PlotBand("b", low: values, high: values, color: 1)], levels: [PlotLevel("goal", 0.95)]
          ).svg,
          ScatterPlot(frame, points: [PlotPoints("p", x: values, y: values, color: 2)], diagonal: true).svg,
          Histogram(frame, of: values, marks: [PlotLevel("deadline", 3)]).svg,
        ]
        for plot in plots {
          #expect(Counter.count(plot) != nil, "\(values.prefix(3)), \(logarithmic)")
          #expect(!plot.contains("nan") && !plot.contains("inf\""))
        }
      }
    }
    let map = HeatMap.confusion([[3, 1], [0, 4]], labels: ["a<", "b&"]).svg
    #expect(Counter.count(map)?["rect"] == 5)
    #expect(Counter.count(HeatMap.confusion([], labels: []).svg) != nil)
    let ragged = HeatMap(title: "r", xLabel: "", yLabel: "", columns: ["a"], rows: ["x", "y"], values: [[1, 2, .nan]])
    #expect(Counter.count(ragged.svg) != nil)
  }

  @Test func longLinesAreThinnedButKeepTheirPeaks() {
    var values = [Double](repeating: 0, count: 100_000)
    values[61_803] = 9
    values[31_415] = -7
    let points = values.indices.map { index -> (Double, Double)? in (Double(index) * 0.005, values[index]) }
    let thin = LinePlot.thinned(points, width: 500)
    #expect(thin.count < 2100)
    #expect(thin.contains { $0?.1 == 9 } && thin.contains { $0?.1 == -7 })
    #expect(LinePlot.thinned(Array(points[..<100]), width: 500).count == 100)
  }

  @Test func histogramsCountEveryValue() {
    let values = (0..<1000).map { Double($0 % 37) }
    let plot = Histogram(PlotFrame(title: "h", xLabel: "", yLabel: ""), of: values + [.nan], bins: 11)
    #expect(plot.counts.reduce(0, +) == 1000 && plot.edges.count == 12)
  }

  @Test func pagesNeedNothingElse() throws {
    var report = HTMLReport(title: "A <b> & c", subtitle: "seed 1")
    report.facts([.init("97 %", "on the board", note: "370 recordings")])
    for title in ["One", "Two <i>", "Three"] { report.section(title) }
    report.paragraph("<script>alert('x')</script>")
    report.notice("lossy\u{0}")
    report.table(["name", "value"], [["n<0", "1.5 ms"], ["n1", "−2"], ["n2", "–"]], caption: "T")
    report.figure(HeatMap.confusion([[1]], labels: ["a"]).svg, caption: "c < d")
    report.preformatted("a\n  b")
    let html = report.html
    #expect(!html.contains("<script") && !html.contains("src=") && !html.contains("href=\"http"))
    #expect(html.contains("&lt;script&gt;alert(&#39;x&#39;)") && html.contains("A &lt;b&gt; &amp; c"))
    #expect(html.contains("<td class=\"n\">1.5 ms</td>") && html.contains("<td>n&lt;0</td>"))
    #expect(html.contains("<b>Figure 1.</b> c &lt; d") && html.contains("href=\"#s2\">Two &lt;i&gt;"))
    // The page is XML too but for its first line and its two void elements.
    let body = html.replacingOccurrences(of: "<!DOCTYPE html>\n", with: "").replacingOccurrences(
      of: "<meta charset=\"utf-8\">", with: ""
    ).replacingOccurrences(of: "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", with: "")
    #expect(Counter.count(body)?["figure"] == 1)
    let scratch = try Scratch()
    try report.write(to: scratch.path + "/report.html")
    #expect(try String(contentsOfFile: scratch.path + "/report.html", encoding: .utf8) == html)
  }

  @Test func jsonIsTheSameEveryTime() throws {
    struct Report: Encodable {
      var nodes = 32
      var board_accuracy = 0.975
      var seeds: [String: Int] = ["b": 2, "a": 1]
    }
    let text = try JSONReport.text(Report())
    #expect(
      text == """
        {
          "board_accuracy" : 0.975,
          "nodes" : 32,
          "seeds" : {
            "a" : 1,
            "b" : 2
          }
        }

        """)
    #expect(throws: (any Error).self) { try JSONReport.text(["x": Double.nan]) }
  }
}
