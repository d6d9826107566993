import Foundation
import Testing

import Datasets

@Suite struct SeriesTests {
  @Test func readsTheShippedLaser() throws {
    let series = try CSVReader.read(path: shipped("santafe_laser.csv"))
    #expect(series.frames == 10_093 && series.names == ["intensity"])
    #expect(Array(series.values.prefix(4)) == [86, 141, 95, 41])
    #expect(series.values.allSatisfy { $0 >= 0 && $0 <= 255 })
  }

  @Test(arguments: [
    ("a,b\n1,2\n3,4\n", ["a", "b"]), ("1,2\n3,4\n", ["column 1", "column 2"]),
    ("\"a\";\"b\"\r\n1;2\r\n3; 4\r\n", ["a", "b"]),
    ("# c\nx\ty\n1\t2\n\n3\t4", ["x", "y"]),
  ])
  func readsEveryForm(_ text: String, _ names: [String]) throws {
    let scratch = try Scratch()
    let series = try CSVReader.read(path: try scratch.file("s.csv", text))
    #expect(series.names == names && series.values == [1, 2, 3, 4] && series.frames == 2)
    #expect(series.channel(1) == [2, 4] && series.channel(2).isEmpty)
  }

  @Test(
    arguments: [
      ("x\n1\n\n2\n?\n", DatasetError.Kind.missingValue, 5, 1), ("1,2\n3,\n", .missingValue, 2, 2),
      ("1,2\n3\n", .wrongChannelCount, 2, nil), ("1,2\n3,x\n", .notANumber, 2, 2), ("1;2\n3;4,5\n", .notANumber, 2, 2),
      ("a,1\n", .notANumber, 1, 1), ("x\n", .noCases, nil, nil), ("", .noCases, nil, nil),
    ] as [(String, DatasetError.Kind, Int?, Int?)])
  func namesTheFault(_ text: String, _ kind: DatasetError.Kind, _ line: Int?, _ column: Int?) throws {
    let scratch = try Scratch()
    let path = try scratch.file("s.csv", text)
    let error = #expect(throws: DatasetError.self) { _ = try CSVReader.read(path: path) }
    #expect(error?.kind == kind && error?.line == line && error?.channel == column)
  }

  @Test func saysWhereNothingCanBeLearnt() throws {
    let flat = Series(file: "s", names: ["a"], values: (0..<20).map { $0 < 12 ? Float($0) : 7 }, frames: 20)
    let error = #expect(throws: DatasetError.self) { try flat.oneStepPrediction().checkLearnable() }
    #expect(error?.kind == .nothingToLearn && error?.what.contains("test part") == true)
    let lively = Series(file: "s", names: ["a"], values: (0..<20).map(Float.init), frames: 20)
    try lively.oneStepPrediction().checkLearnable()
    var cases = LabelledSeries(
      name: "n", file: "f", channels: 1, cases: [[1], [2]], frames: [1, 1], labels: ["a", "b"], labelIndex: [1, 1],
      lines: [1, 2])
    #expect(throws: DatasetError.self) { try cases.checkLearnable() }
    cases.labelIndex = [1, 0]
    try cases.checkLearnable()
  }

  @Test func splitsForOneStepPrediction() throws {
    let series = Series(file: "s", names: ["a", "b"], values: (0..<20).map(Float.init), frames: 10)
    let task = try series.oneStepPrediction(train: 5)
    #expect(task.train.inputs == (0..<10).map(Float.init) && task.train.targets == (2..<12).map(Float.init))
    #expect(task.test.frames == 4 && task.test.inputs.first == 10 && task.test.targets.last == 19)
    let far = try series.oneStepPrediction(train: 3, test: 2, horizon: 4)
    #expect(far.test.inputs == [6, 7, 8, 9] && far.test.targets == [14, 15, 16, 17])
    for (train, test, horizon) in [(9, nil, 1), (1, nil, 1), (5, 5, 1), (5, nil, 10), (5, nil, 0)] as [(Int, Int?, Int)]
    {
      let error = #expect(throws: DatasetError.self) {
        _ = try series.oneStepPrediction(train: train, test: test, horizon: horizon)
      }
      #expect(error?.kind == .tooShort)
    }
    #expect(try series.oneStepPrediction(trainShare: 0.5).train.frames == 4)
  }

  @Test func measuresErrors() {
    #expect(ErrorMeasure.nrmse(predictions: [1, 2, 3], targets: [1, 2, 3]) == 0)
    #expect(abs((ErrorMeasure.nrmse(predictions: [2, 2, 2], targets: [1, 2, 3]) ?? 0) - 1) < 1e-12)
    // Errors of 1 everywhere over targets with standard deviation 2.
    #expect(abs((ErrorMeasure.nrmse(predictions: [1, 5], targets: [0, 4]) ?? 0) - 0.5) < 1e-12)
    #expect(ErrorMeasure.nrmse(predictions: [1], targets: [1, 2]) == nil)
    #expect(ErrorMeasure.nrmse(predictions: [1, 2], targets: [3, 3]) == nil)
    #expect(ErrorMeasure.accuracy(predicted: [0, 1, 1, 2], actual: [0, 1, 2, 2]) == 0.75)
    #expect(ErrorMeasure.confusion(predicted: [0, 1, 1, 7], actual: [0, 1, 0, 0], labels: 2) == [[1, 1], [0, 1]])
  }

  @Test func narmaObeysItsEquation() throws {
    let series = try Generators.narma10(frames: 2000, seed: 7)
    let u = series.channel(0).map(Double.init)
    let y = series.channel(1).map(Double.init)
    #expect(u.allSatisfy { $0 >= 0 && $0 < 0.5 } && y.allSatisfy { $0 > 0 && $0 < 2 })
    for t in 10..<2000 {
      let sum = y[(t - 10)..<t].reduce(0, +)
      let expected = 0.3 * y[t - 1] + 0.05 * y[t - 1] * sum + 1.5 * u[t - 9] * u[t] + 0.1
      #expect(abs(y[t] - expected) < 1e-5)
    }
    #expect(try Generators.narma10(frames: 2000, seed: 7) == series)
    #expect(try Generators.narma10(frames: 2000, seed: 8) != series)
    #expect(throws: DatasetError.self) { _ = try Generators.narma10(frames: 0, seed: 1) }
  }

  @Test func mackeyGlassIsTheKnownAttractor() throws {
    let series = try Generators.mackeyGlass(frames: 5000, seed: 3)
    let x = series.values.map(Double.init)
    let mean = x.reduce(0, +) / 5000
    let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5000).squareRoot()
    // Known figures of the attractor at tau = 17.
    #expect(abs(mean - 0.93) < 0.03 && abs(deviation - 0.225) < 0.02)
    #expect((x.min() ?? 0) > 0.2 && (x.max() ?? 9) < 1.4)
    #expect(try Generators.mackeyGlass(frames: 5000, seed: 3) == series)
  }
}
