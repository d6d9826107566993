/// loopbench: the control loop against simulated hardware. `make bench-hardware` runs all of it.
@main
struct LoopBench {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let number = arguments.dropFirst().first.flatMap { Int($0) }
    switch arguments.first {
    case "campaign": try CampaignReport.run(stride: max(number ?? 1, 1))
    case "wire": try WireBench.run(steps: max(number ?? 2000, 50))
    case "fresh":
      let result = try FreshBench.run(steps: 20_000)
      print("{\"fresh\": \(result.fresh), \"repeated\": \(result.repeated), \"early\": \(result.early)}")
    default: print("usage: loopbench campaign [STRIDE] | wire [STEPS] | fresh")
    }
  }
}
