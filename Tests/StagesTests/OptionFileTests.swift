import NetworkTraining
import Stages
import Testing
import TwinFitting
import Workbench

@Suite struct OptionFileTests {
  private func file(_ text: String) throws -> NetworkFile {
    try NetworkFile(parsing: "schema = 1\n" + text, file: "network.toml")
  }

  @Test func fittingOptionsComeFromTheFile() throws {
    let options = try TwinFitOptions(
      file(
        """
        [fitting]
        solver = "runge-kutta-2"
        response_delays = 5
        drift_widths = [24, 16]
        drift_epochs = 9
        """
      ).fitting)
    #expect(options.solver == .rungeKutta2 && options.responseDelays == 5)
    #expect(options.driftWidths == [24, 16] && options.driftEpochs == 9)
    #expect(options.diffusionEpochs == TwinFitOptions().diffusionEpochs)
    #expect(try TwinFitOptions(file("").fitting) == TwinFitOptions())
  }

  @Test(arguments: [
    ("[fitting]\nsolver = \"rk9\"", "solver"), ("[fitting]\ndrift_widths = [1, 2, 3, 4]", "hidden layers"),
    ("[fitting]\nresponse_delay = 2", "response_delays"), ("[fitting]\nhorizon = 0", "out of range"),
  ])
  func badFittingOptionsAreNamed(text: String, words: String) throws {
    let table = try file(text).fitting
    let error = #expect(throws: ConfigError.self) { _ = try TwinFitOptions(table) }
    #expect(error?.description.contains(words) == true)
  }

  @Test func trainingOptionsComeFromTheFile() throws {
    let options = try TrainingOptions.classification(cases: 100).with(
      file(
        """
        hold = 2
        settle_steps = 5
        [training]
        epochs = 7
        device_noise = 0
        recurrent = false
        """))
    #expect(options.hold == 2 && options.settleSteps == 5 && options.epochs == 7)
    #expect(options.noise == 0 && !options.recurrent)
    #expect(throws: ConfigError.self) { _ = try TrainingOptions().with(file("[training]\nepohcs = 1")) }
  }

  @Test func smallSetsGetAsManyStepsAsLargeOnes() {
    for cases in [20, 60, 270, 500] {
      let options = TrainingOptions.classification(cases: cases)
      let steps = options.epochs * ((cases + options.batch - 1) / options.batch)
      #expect(steps >= 500 || options.epochs == 400, "\(cases)")
    }
    #expect(TrainingOptions.classification(cases: 270).epochs == 110)
  }
}
