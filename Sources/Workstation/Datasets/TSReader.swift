import Foundation

/// Reads labelled recordings of the UCR/UEA `.ts` form.
///
/// Channels are parted by `:`, samples by `,`, the label stands last; any number of channels, equal or unequal length.
public enum TSReader {
  /// The recordings of the file at `path`; every fault is a `DatasetError` with its line.
  public static func read(path: String) throws(DatasetError) -> LabelledSeries {
    let reader = try LineReader(path: path)
    let header = try readHeader(reader, path)
    guard let labels = header.labels, !labels.isEmpty, !header.unlabelled else {
      throw DatasetError(
        .noLabels, file: path, what: "the recordings have no class labels",
        why: header.labels == nil
          ? "The header has no '@classLabel true' with the names of the classes" : "'@classLabel true' names no class",
        remedy: "Give a labelled file, or add the labels to header and cases")
    }
    let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    var series = LabelledSeries(
      name: header.name ?? stem, file: path, channels: header.channels ?? 0, cases: [], frames: [], labels: labels,
      labelIndex: [], lines: [])
    var cases = TSCaseParser(header: header, labels: labels, file: path)
    while let line = try reader.next() {
      let field = TextField(line, 0..<line.count)
      if field.isEmpty || line[field.range.lowerBound] == UInt8(ascii: "#") { continue }
      let (values, frames, label) = try cases.parse(field, line: reader.number)
      series.cases.append(values)
      series.frames.append(frames)
      series.labelIndex.append(label)
      series.lines.append(reader.number)
    }
    guard !series.cases.isEmpty else {
      throw DatasetError(
        .noCases, file: path, line: reader.number, what: "no case follows @data", why: "The file may be cut short",
        remedy: "Fetch the file again")
    }
    series.channels = cases.channels ?? 0
    return series
  }

  private static func readHeader(_ reader: LineReader, _ path: String) throws(DatasetError) -> TSHeader {
    var header = TSHeader()
    while let line = try reader.next() {
      let field = TextField(line, 0..<line.count)
      if field.isEmpty || line[field.range.lowerBound] == UInt8(ascii: "#") { continue }
      guard line[field.range.lowerBound] == UInt8(ascii: "@") else {
        throw DatasetError(
          .noData, file: path, line: reader.number, what: "a case stands before @data",
          why: "The header must end in a line '@data'", remedy: "Add the line, or check that this is a .ts file")
      }
      try header.take(field.text, file: path, line: reader.number)
      if header.ended { return header }
    }
    throw DatasetError(
      .noData, file: path, line: reader.number == 0 ? nil : reader.number, what: "there is no @data line",
      why: "The file is empty, cut short, or not of the .ts form", remedy: "Check that this is a .ts file")
  }
}

/// Reads one case's line and holds it against the header.
struct TSCaseParser {
  let header: TSHeader
  let file: String
  private let index: [String: Int]
  /// Channels of every case: declared, or those of the first.
  private(set) var channels: Int?

  init(header: TSHeader, labels: [String], file: String) {
    self.header = header
    self.file = file
    channels = header.channels
    index = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Values [frames, channels], frames and label index of one line.
  mutating func parse(_ field: TextField, line: Int) throws(DatasetError) -> ([Float], Int, Int) {
    let parts = field.split(UInt8(ascii: ":"))
    let label = try labelIndex(parts, line)
    let count = parts.count - 1
    let expected = channels ?? count
    guard count == expected else {
      throw DatasetError(
        .wrongChannelCount, file: file, line: line, what: "the case has \(count) channels instead of \(expected)",
        why: header.channels == nil ? "The first case has \(expected)" : "The header declares \(expected)",
        remedy: "Channels are parted by ':' and the label stands last; mend the line or the header")
    }
    channels = expected
    var values: [Float] = []
    var frames = 0
    for channel in 0..<count {
      let samples = parts[channel].isEmpty ? [] : parts[channel].split(UInt8(ascii: ","))
      if channel == 0 {
        frames = samples.count
        values = [Float](repeating: 0, count: frames * count)
      }
      if samples.isEmpty {
        throw DatasetError(
          .emptyCase, file: file, line: line, channel: channel + 1, what: "the channel has no samples",
          why: "A case needs at least one frame", remedy: "Take the case out of the file or record it again")
      }
      guard samples.count == frames else {
        throw DatasetError(
          .raggedChannels, file: file, line: line, channel: channel + 1,
          what: "the channel has \(samples.count) samples, the first channel \(frames)",
          why: "All channels of one case must be equally long", remedy: "Cut the channels to one length")
      }
      for (frame, sample) in samples.enumerated() {
        values[frame * count + channel] = try number(sample, line, channel + 1, frame + 1)
      }
    }
    if header.equalLength == true, let length = header.length, frames != length {
      throw DatasetError(
        .wrongLength, file: file, line: line, what: "the case has \(frames) frames",
        why: "The header declares @equalLength true and @seriesLength \(length)",
        remedy: "Write @equalLength false, or mend the case")
    }
    return (values, frames, label)
  }

  private func labelIndex(_ parts: [TextField], _ line: Int) throws(DatasetError) -> Int {
    let last = parts[parts.count - 1]
    let bare = last.isEmpty || last.text == "?"
    if !bare, let found = index[last.text], parts.count >= 2 { return found }
    if bare || parts.count < 2 || last.split(UInt8(ascii: ",")).count > 1 || header.channels == parts.count {
      throw DatasetError(
        .noLabels, file: file, line: line, what: "the case has no label",
        why: "The last part of the line is '\(last.excerpt)'", remedy: "End the line in ':' and the label")
    }
    throw DatasetError(
      .undeclaredLabel, file: file, line: line, what: "label '\(last.excerpt)' is not declared",
      why: "@classLabel names \(index.keys.sorted().joined(separator: ", "))",
      remedy: "Add the label to @classLabel or mend the case")
  }

  private func number(
    _ field: TextField, _ line: Int, _ channel: Int, _ sample: Int
  ) throws(DatasetError) -> Float {
    switch field.number {
    case .value(let value): return value
    case .missing:
      throw DatasetError(
        .missingValue, file: file, line: line, channel: channel, sample: sample, what: "the value is missing",
        why: "It reads '\(field.excerpt)'; a physical node cannot be driven by an unknown value",
        remedy: "Fill the gap or take the case out of the file")
    case .invalid:
      throw DatasetError(
        .notANumber, file: file, line: line, channel: channel, sample: sample,
        what: "'\(field.excerpt)' is not a number", why: "Only finite decimal numbers with a point are read",
        remedy: "Mend the value")
    }
  }
}
