import CBoard

// loopbench: the control loop against simulated hardware. See Benchmarks/README.md.
let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "campaign": try CampaignReport.run(stride: arguments.dropFirst().first.flatMap { Int($0) } ?? 1)
case "wire": try WireBench.run(steps: arguments.dropFirst().first.flatMap { Int($0) } ?? 2000)
case "fresh":
  let result = try FreshBench.run(steps: 20_000)
  print("{\"fresh\": \(result.fresh), \"repeated\": \(result.repeated), \"early\": \(result.early)}")
default:
  print("usage: loopbench campaign [STRIDE] | wire [STEPS] | fresh")
}
