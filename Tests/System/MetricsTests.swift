import Foundation
import Testing

/// Prometheus' text format, read by its rules.
struct Exposition {
  struct Sample: Equatable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  private(set) var types: [String: String] = [:]
  private(set) var samples: [Sample] = []
  private(set) var mistakes: [String] = []

  init(_ text: String) {
    if !text.hasSuffix("\n") { mistakes.append("the last line has no end") }
    var helped: Set<String> = []
    var closed: Set<String> = []
    var family = ""
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if line.hasPrefix("# ") {
        guard words.count == 4, ["HELP", "TYPE"].contains(words[1]), Self.isName(words[2]) else {
          mistakes.append("comment: \(line)")
          continue
        }
        if words[1] == "HELP" {
          if !helped.insert(words[2]).inserted { mistakes.append("second help: \(line)") }
        } else {
          if types[words[2]] != nil { mistakes.append("second type: \(line)") }
          if !["counter", "gauge", "histogram"].contains(words[3]) { mistakes.append("type: \(line)") }
          types[words[2]] = words[3]
          if !family.isEmpty { closed.insert(family) }
          family = words[2]
          if closed.contains(family) { mistakes.append("family in two places: \(line)") }
        }
        continue
      }
      guard let sample = Self.sample(line) else {
        mistakes.append("sample: \(line)")
        continue
      }
      let isHistogram = types[family] == "histogram"
      let names = isHistogram ? ["_bucket", "_sum", "_count"].map { family + $0 } : [family]
      if !names.contains(sample.name) { mistakes.append("outside its family: \(line)") }
      if types[family] == "counter", !family.hasSuffix("_total") { mistakes.append("counter's name: \(line)") }
      if samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) {
        mistakes.append("twice: \(line)")
      }
      samples.append(sample)
    }
    for (name, type) in types where type == "histogram" { checkHistogram(name) }
  }

  private static func isName(_ text: String) -> Bool {
    text.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil
  }

  private static func sample(_ line: Substring) -> Sample? {
    guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)/), let value = Double(match.4)
    else { return nil }
    var labels: [String: String] = [:]
    var rest = match.3 ?? ""
    while !rest.isEmpty {
      guard let label = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/) else {
        return nil
      }
      guard labels.updateValue(String(label.2), forKey: String(label.1)) == nil else { return nil }
      rest = rest[label.range.upperBound...]
    }
    return Sample(name: String(match.1), labels: labels, value: value)
  }

  private mutating func checkHistogram(_ name: String) {
    let buckets = samples.filter { $0.name == name + "_bucket" }
    let edges = buckets.map { Double($0.labels["le"] == "+Inf" ? "inf" : $0.labels["le"] ?? "") ?? -1 }
    if edges.last != .infinity || edges != edges.sorted() || Set(edges).count != edges.count {
      mistakes.append("edges of \(name): \(edges)")
    }
    if buckets.map(\.value) != buckets.map(\.value).sorted() { mistakes.append("\(name) is not cumulative") }
    if buckets.last?.value != self[name + "_count"] || self[name + "_sum"] == nil {
      mistakes.append("count of \(name)")
    }
  }

  /// The value of a sample with these labels.
  subscript(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }
}

@Suite struct MetricsTests {
  private func metrics(_ project: VirtualProject) throws -> Exposition {
    let finished = try project.edged("metrics")
    #expect(finished.code == 0, finished.said)
    let text = Exposition(finished.output)
    #expect(text.mistakes.isEmpty, "\(text.mistakes)")
    return text
  }

  @Test func allThatIsCountedIsToldInPrometheusFormat() throws {
    try withFolder("metrics") { folder in
      let project = try VirtualProject(in: folder)
      let before = try metrics(project)
      #expect(before["edged_bundle_phase", ["phase": "empty"]] == 1 && before["edged_run_steps_total"] == nil)
      let run = try project.characteriseBriefly()
      let text = try metrics(project)
      #expect(text["edged_run_steps_total"] == 1260 && text["edged_step_seconds_count"] == 1260)
      #expect(text["edged_run_info", ["run": run, "mode": "characterise"]] == 1)
      #expect(text["edged_run_outcome", ["outcome": "completed"]] == 1)
      #expect(text["edged_bundle_phase", ["phase": "committed"]] == 1 && text["edged_bundle_counter"] == 1)
      #expect((text["edged_chip_transfers_total", ["chip": "dac0"]] ?? 0) >= 1260)
      #expect(text["edged_chip_faults_total", ["chip": "adc0"]] == 0)
      #expect((text["edged_journal_bytes"] ?? 0) > 1260 * 16 && text["edged_journal_runs"] == 1)
      #expect(text["edged_daemon_up"] == 0 && text["edged_standing_run", ["state": "none"]] == 1)
      // A step of 20 ms is busy for less, and more than a millisecond of conversions.
      let sum = try #require(text["edged_step_seconds_sum"])
      #expect(sum > 1.26 && sum < 1260 * 0.02)
      let status = try JSON(project.succeed("status", "--json").output)
      #expect(status["step_time"]["count"].whole == 1260 && status["slack"]["buckets"].count == 40)
      let median = try #require(status["step_time"]["median_us"].number)
      #expect(median > 1000 && median < 20_000)
      #expect(try project.edged("status").output.contains("step time median"))
    }
  }

  @Test func aTextfileIsReplacedInOnePiece() throws {
    try withFolder("textfile") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      let path = folder + "/edged.prom"
      for _ in 0..<2 { #expect(try project.edged("metrics", "--textfile", path).code == 0) }
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(Exposition(text).mistakes.isEmpty)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("edged.prom") }.count == 1)
      let refused = try project.edged("metrics", "--textfile", folder + "/no/such/folder.prom")
      #expect(refused.code == 1 && refused.errors.contains("does not exist"), refused.said)
    }
  }
}
