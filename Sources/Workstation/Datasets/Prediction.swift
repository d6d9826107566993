/// A series turned into a prediction task: inputs and targets in time order, the first part for training, the rest for
/// the test.
public struct Prediction: Equatable, Sendable {
  /// Inputs and targets of one part.
  public struct Part: Equatable, Sendable {
    /// [frames, input channels]
    public var inputs: [Float]
    /// [frames, target channels]
    public var targets: [Float]
    public var frames: Int

    public init(inputs: [Float], targets: [Float], frames: Int) {
      self.inputs = inputs
      self.targets = targets
      self.frames = frames
    }
  }

  /// Where the data came from.
  public var file: String
  public var inputChannels: Int
  public var targetChannels: Int
  public var train: Part
  public var test: Part

  public init(file: String, inputChannels: Int, targetChannels: Int, train: Part, test: Part) {
    self.file = file
    self.inputChannels = inputChannels
    self.targetChannels = targetChannels
    self.train = train
    self.test = test
  }
}

extension Prediction {
  /// Throws where there is nothing to predict: every channel of the training or of the test part stays at one value.
  public func checkLearnable() throws(DatasetError) {
    for (part, name) in [(train, "training"), (test, "test")] {
      let varies = part.targets.indices.contains { part.targets[$0] != part.targets[$0 % max(targetChannels, 1)] }
      guard !varies else { continue }
      throw DatasetError(
        .nothingToLearn, file: file, what: "the series' \(name) part is constant",
        why: "No error can be measured against values that never change",
        remedy: "Give a series that varies all along")
    }
  }
}

extension Series {
  /// Next-sample prediction: the input at frame t is frame t, the target frame t + `horizon`.
  ///
  /// The first `train` pairs are for training, the `test` pairs after them for the test (nil: all that are left). No
  /// frame of a test target is ever seen in training. Throws `tooShort`.
  public func oneStepPrediction(train: Int, test: Int? = nil, horizon: Int = 1) throws(DatasetError) -> Prediction {
    let pairs = frames - max(horizon, 1)
    let testCount = test ?? (pairs - train)
    guard horizon >= 1, train >= 2, testCount >= 2, train + testCount <= pairs else {
      throw DatasetError(
        .tooShort, file: file, what: "the series has \(frames) frames",
        why: "\(train) training pairs, \(max(testCount, 2)) test pairs and a horizon of \(horizon) need "
          + "\(max(train, 2) + max(testCount, 2) + max(horizon, 1))",
        remedy: "Take fewer pairs or give a longer series")
    }
    func part(_ start: Int, _ count: Int) -> Prediction.Part {
      Prediction.Part(
        inputs: Array(values[(start * channels)..<((start + count) * channels)]),
        targets: Array(values[((start + horizon) * channels)..<((start + horizon + count) * channels)]), frames: count)
    }
    return Prediction(
      file: file, inputChannels: channels, targetChannels: channels, train: part(0, train),
      test: part(train, testCount))
  }

  /// As `oneStepPrediction(train:)` with the share `trainShare` of the pairs for training.
  public func oneStepPrediction(trainShare: Double = 0.7) throws(DatasetError) -> Prediction {
    let pairs = max(frames - 1, 0)
    let share = trainShare.isFinite ? min(max(trainShare, 0), 1) : 0.7
    return try oneStepPrediction(train: Int(Double(pairs) * share))
  }
}
