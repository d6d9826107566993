import NetworkTraining

extension TrainingOptions {
  /// Settings for telling recordings apart: about as many gradient steps whatever the number of recordings.
  public static func classification(cases: Int) -> TrainingOptions {
    var options = TrainingOptions()
    // Whole tiles of 16 recordings, five steps an epoch where there are enough of them.
    options.batch = min(max(16, cases / 5), 54)
    let steps = (cases + options.batch - 1) / max(options.batch, 1)
    options.epochs = min(max(550 / max(steps, 1), 30), 400)
    return options
  }

  /// Settings for telling the next value of a series: many small steps, no noise that the series does not have.
  public static var prediction: TrainingOptions {
    var options = TrainingOptions()
    options.epochs = 150
    options.batch = 4
    options.rate = 0.01
    options.frameNoise = 0.01
    options.sequenceNoise = 0
    options.gainNoise = 0
    options.dropout = 0
    return options
  }
}
