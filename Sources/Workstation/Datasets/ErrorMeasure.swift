/// Scores of predictions.
public enum ErrorMeasure {
  /// Normalised root mean square error: the root of the mean squared error over the standard deviation of the targets.
  ///
  /// 0 is perfect, 1 as good as always saying the targets' mean. The standard deviation is the population's (divided by
  /// n). nil where the counts differ, nothing is given, or the targets do not vary. Measured against the definition by
  /// variance alone (NMSE), this is its square root.
  public static func nrmse(predictions: [Float], targets: [Float]) -> Double? {
    guard predictions.count == targets.count, !targets.isEmpty else { return nil }
    let count = Double(targets.count)
    let mean = targets.reduce(0.0) { $0 + Double($1) } / count
    var squares = 0.0
    var variance = 0.0
    for (prediction, target) in zip(predictions, targets) {
      let error = Double(prediction) - Double(target)
      let offset = Double(target) - mean
      squares += error * error
      variance += offset * offset
    }
    guard variance > 0 else { return nil }
    return (squares / variance).squareRoot()
  }

  /// Share of `predicted` label indices that equal `actual`; nil where the counts differ or nothing is given.
  public static func accuracy(predicted: [Int], actual: [Int]) -> Double? {
    guard predicted.count == actual.count, !actual.isEmpty else { return nil }
    return Double(zip(predicted, actual).count { $0 == $1 }) / Double(actual.count)
  }

  /// Counts [actual, predicted] for `labels` labels; indices out of range are left out.
  public static func confusion(predicted: [Int], actual: [Int], labels: Int) -> [[Int]] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: max(labels, 0)), count: max(labels, 0))
    for (guess, truth) in zip(predicted, actual)
    where counts.indices.contains(truth) && counts.indices.contains(guess) {
      counts[truth][guess] += 1
    }
    return counts
  }
}
