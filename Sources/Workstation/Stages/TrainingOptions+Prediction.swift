import NetworkTraining

extension TrainingOptions {
  /// Settings for telling the next value of a series.
  public static var prediction: TrainingOptions {
    var options = TrainingOptions()
    options.frameNoise = 0.01
    options.sequenceNoise = 0
    options.gainNoise = 0
    options.dropout = 0
    return options
  }
}
