import ArgumentParser
import Foundation
import Stages
import Workbench

/// How long and how often devices are driven.
struct DesignOptions: ParsableArguments {
  @Option(help: "Steps of the long random trace.")
  var steps = 12_000

  @Option(help: "Repeats of each repeated input; they show the noise.")
  var repeats = 24

  @Option(help: "Number of repeated inputs.")
  var inputs = 6

  func design() throws -> DriveDesign {
    guard (100...10_000_000).contains(steps), (0...10_000).contains(repeats), (0...1000).contains(inputs) else {
      throw StageError(
        "out of range: --steps 100 to 10000000, --repeats 0 to 10000, --inputs 0 to 1000", code: Stages.ExitCode.usage)
    }
    var design = DriveDesign()
    design.longSteps = steps
    design.repeats = repeats
    design.repeatedInputs = inputs
    return design
  }
}
