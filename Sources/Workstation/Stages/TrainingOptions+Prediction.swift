import NetworkTraining

extension TrainingOptions {
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
