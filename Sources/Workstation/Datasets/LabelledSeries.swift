/// Recordings with one label each: sequences of frames, all with the same channels.
public struct LabelledSeries: Equatable, Sendable {
  /// The problem's name, from the file or from its path.
  public var name: String
  /// Path of the file, for messages.
  public var file: String
  public var channels: Int
  /// One array a case, [frames, channels].
  public var cases: [[Float]]
  /// Frames of each case, at least 1.
  public var frames: [Int]
  /// Names of the classes, in the order declared.
  public var labels: [String]
  /// Index into `labels` of each case.
  public var labelIndex: [Int]
  /// Line of each case in the file.
  public var lines: [Int]

  public init(
    name: String, file: String, channels: Int, cases: [[Float]], frames: [Int], labels: [String], labelIndex: [Int],
    lines: [Int]
  ) {
    self.name = name
    self.file = file
    self.channels = channels
    self.cases = cases
    self.frames = frames
    self.labels = labels
    self.labelIndex = labelIndex
    self.lines = lines
  }

  /// Number of cases.
  public var count: Int { cases.count }

  /// Cases of each label, in the order of `labels`.
  public var casesPerLabel: [Int] {
    var counts = [Int](repeating: 0, count: labels.count)
    for index in labelIndex where counts.indices.contains(index) { counts[index] += 1 }
    return counts
  }
}

extension LabelledSeries {
  /// Throws where there is nothing to tell apart: cases of fewer than two labels.
  public func checkLearnable() throws(DatasetError) {
    let seen = Set(labelIndex)
    guard seen.count < 2 else { return }
    throw DatasetError(
      .nothingToLearn, file: file, what: "there are cases of fewer than two labels",
      why: "All \(count) are of '\(seen.first.map { labels[$0] } ?? "")', so there is nothing to tell apart",
      remedy: "Give training recordings of two labels or more")
  }

  /// Throws where `test` cannot be scored by what was learnt from `train`: another channel count, or a label that no
  /// training case has.
  public static func check(test: LabelledSeries, against train: LabelledSeries) throws(DatasetError) {
    guard test.channels == train.channels else {
      throw DatasetError(
        .wrongChannelCount, file: test.file,
        what: "the test recordings have \(test.channels) channels, the training recordings \(train.channels)",
        why: "The two files (\(train.file) is the other) are not of one problem",
        remedy: "Give a training and a test file of the same problem")
    }
    let seen = Set(train.labelIndex.map { train.labels[$0] })
    for (position, index) in test.labelIndex.enumerated() where !seen.contains(test.labels[index]) {
      throw DatasetError(
        .unseenLabel, file: test.file, line: test.lines.indices.contains(position) ? test.lines[position] : nil,
        what: "label '\(test.labels[index])' never occurs in the training recordings",
        why: "\(train.file) has cases of \(seen.sorted().joined(separator: ", "))",
        remedy: "Add training cases of this label or take the case out of the test file")
    }
  }

  /// The same recordings with label indices into the labels of `train`; checks both first.
  public func aligned(to train: LabelledSeries) throws(DatasetError) -> LabelledSeries {
    try Self.check(test: self, against: train)
    var result = self
    result.labels = train.labels
    result.labelIndex = labelIndex.map { train.labels.firstIndex(of: labels[$0]) ?? 0 }
    return result
  }
}
