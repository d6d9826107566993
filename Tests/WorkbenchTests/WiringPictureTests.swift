import Foundation
import PhysicalNetwork
import Testing

import Workbench

/// The picture of a board's wiring, read back from its SVG.
@Suite struct WiringPictureTests {
  /// A text of the picture and the box it takes, by a cautious guess of the letters' width.
  struct Label {
    var text: String
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
  }

  static func labels(_ svg: String) throws -> [Label] {
    var labels: [Label] = []
    let pattern = #/<text x="([-0-9.]+)" y="([-0-9.]+)" text-anchor="(\w+)" font-size="([0-9.]+)"[^>]*>([^<]*)</text>/#
    for match in svg.matches(of: pattern) {
      let (x, y, size) = (
        try #require(Double(match.1)), try #require(Double(match.2)), try #require(Double(match.4))
      )
      let width = Double(match.5.count) * size * 0.58
      let left = match.3 == "start" ? x : (match.3 == "end" ? x - width : x - width / 2)
      labels.append(
        Label(text: String(match.5), left: left, right: left + width, top: y - size * 0.75, bottom: y + size * 0.2))
    }
    return labels
  }

  @Test(arguments: BoardLintTests.all) func noTwoLabelsOverlap(_ name: String) throws {
    let source = try BoardFile.source(
      path: shipped("boards/\(name)/board.toml"), library: BoardLintTests.library)
    let svg = try #require(WiringPicture.svg(source))
    let labels = try Self.labels(svg)
    #expect(labels.count > 100)
    let size = try #require(svg.firstMatch(of: #/viewBox="0 0 ([0-9.]+) ([0-9.]+)"/#))
    let (width, height) = (try #require(Double(size.1)), try #require(Double(size.2)))
    for (index, one) in labels.enumerated() {
      #expect(one.left >= 0 && one.right <= width && one.top >= 0 && one.bottom <= height, "\(one.text)")
      for other in labels[(index + 1)...] {
        let apart =
          one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top
        #expect(apart, "\(one.text) and \(other.text)")
      }
    }
  }

  /// Every chip, line and channel of the description is in the picture.
  @Test(arguments: BoardLintTests.all) func everythingIsShown(_ name: String) throws {
    let source = try BoardFile.source(
      path: shipped("boards/\(name)/board.toml"), library: BoardLintTests.library)
    let texts = try Self.labels(try #require(WiringPicture.svg(source))).map(\.text)
    for chip in source.description.chips { #expect(texts.contains(chip.name)) }
    for node in source.description.nodes {
      #expect(texts.contains("drives \(node.name)") && texts.contains("reads \(node.name)"))
    }
    #expect(texts.contains("ALERT/RDY") && texts.contains("relay") && texts.contains("high while a step is under way"))
    #expect(texts.filter { $0 == "SDA" }.count == 4 && texts.filter { $0 == "SCL" }.count == 4)
  }

  /// A board of every kind of chip can be drawn too.
  @Test func drawsEveryKind() throws {
    let text = BoardAdditionsFileTests.text.replacingOccurrences(
      of: "name = \"all\"", with: "name = \"all\"\nprofile = \"raspberry-pi-4\"")
    let scratch = try Scratch()
    let path = try scratch.file("board.toml", text)
    let source = try BoardFile.source(path: path, library: BoardLintTests.library)
    let texts = try Self.labels(try #require(WiringPicture.svg(source))).map(\.text)
    for words in ["A2 A1 A0 to GND", "LED15", "CLK2", "drives switch", "reads switch", "A5 A4 A3 A2 A1 A0 to GND"] {
      #expect(texts.contains(words), "\(words)")
    }
    let bare = try BoardFile.source(path: try scratch.file("bare.toml", BoardFileTests.text))
    #expect(WiringPicture.svg(bare) == nil)
  }
}
