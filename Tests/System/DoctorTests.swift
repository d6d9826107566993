import Foundation
import Testing

/// What `edged doctor` finds, and what a run that refuses to start says.
@Suite struct DoctorTests {
  /// Everything is there: a project whose board was described to itself.
  private func project(in folder: String) throws -> VirtualProject {
    let project = try VirtualProject(in: folder)
    try project.succeed("push", "--description-only")
    return project
  }

  @Test func aBoardWithoutABundleIsTold() throws {
    try withFolder("nobundle") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      let doctor = try project.edged("doctor")
      #expect(doctor.code == 3, doctor.said)
      #expect(doctor.output.contains("warning bundle: none is active"))
    }
  }

  @Test func missingAndStrangeChipsAreNamed() throws {
    try withFolder("doctor") { folder in
      let project = try project(in: folder)
      let healthy = try JSON(project.edged("doctor", "--json").output)
      #expect(healthy["problems"].whole == 0)
      let about = (0..<healthy["findings"].count).map { healthy["findings"][$0]["about"].text ?? "" }
      #expect(about.filter { $0.hasPrefix("chip ") }.count == 4 && about.contains("state folder"))
      // Another chip in its place, at another address.
      try project.edit(project.benchPath, "address = 0x48", "address = 0x49")
      try project.rebuildBench()
      let doctor = try project.edged("doctor")
      #expect(doctor.code == 1, doctor.said)
      for words in ["problem chip adc0: board.toml, [[chip]] adc0, address 0x48 on bus i2c: nobody answers", "0x49"] {
        #expect(doctor.output.contains(words), doctor.said)
      }
    }
  }

  @Test func anotherChipAtAnAddressIsAWrongIdentity() throws {
    try withFolder("identity") { folder in
      let project = try VirtualProject(in: folder)
      let bench = try String(contentsOfFile: project.benchPath, encoding: .utf8)
      let thermometer = { (kind: String) in
        "\n[[chip]]\nname = \"warmth\"\nkind = \"\(kind)\"\nbus = \"i2c\"\naddress = 0x4A\n"
      }
      try (bench + thermometer("tmp105")).write(toFile: project.benchPath, atomically: true, encoding: .utf8)
      try project.rebuildBench()
      let board = try String(contentsOfFile: project.boardPath, encoding: .utf8)
      try (board + thermometer("tmp117")).write(toFile: project.boardPath, atomically: true, encoding: .utf8)
      let refused = try project.sync("characterise", "--steps", "100", "--repeats", "1", "--inputs", "1")
      #expect(refused.code == 1, refused.said)
      expectMessage(
        refused, ["[[chip]] warmth, address 0x4a", "the answer is not this chip's", "nothing was driven"], "identity")
    }
  }

  @Test func theHardwareIsLeftAloneWhileARunGoesOn() throws {
    try withFolder("busydoctor") { folder in
      let project = try project(in: folder)
      try project.startRun()
      try project.awaitDriving()
      let doctor = try project.edged("doctor")
      #expect(doctor.code == 3 && doctor.output.contains("a run goes on"), doctor.said)
      try project.succeed("run", "--stop")
      try project.awaitIdle()
    }
  }

  @Test func drivesAreReadBackThroughWhatTheyAreWiredTo() throws {
    try withFolder("readback") { folder in
      let project = try VirtualProject(in: folder)
      // The last node's device is next to a wire: it passes on what it gets, at once and nearly straight.
      let bench = try String(contentsOfFile: project.benchPath, encoding: .utf8)
      let node = try #require(bench.range(of: "name = \"n03\""))
      let wire = """
        name = "n03"
        kind = "leaky_integrator"
        time_per_second = 100000.0
        drive = { chip = "dac0", channel = 0, volts_at_zero = 1.0, volts_per_unit = 20.0 }
        response = { chip = "adc0", channel = 0, volts_at_zero = 1.0, volts_per_unit = 20.0, noise_volts = 0.0001 }
        parameters = { sigma = 0.0, floor = 0.0 }

        """
      try (bench[..<node.lowerBound] + wire).write(toFile: project.benchPath, atomically: true, encoding: .utf8)
      try project.rebuildBench()
      let board = try String(contentsOfFile: project.boardPath, encoding: .utf8)
      let loopback = "\n[[loopback]]\nnode = \"n03\"\nchip = \"adc0\"\nchannel = 0\ntolerance_fraction = 0.02\n"
      try (board + loopback).write(toFile: project.boardPath, atomically: true, encoding: .utf8)
      try project.succeed("push", "--description-only")
      let good = try project.edged("doctor")
      #expect(good.output.contains("ok      drive of dac0, channel 0: read back through adc0, channel 0"), good.said)
      #expect(try BenchProbe.isSafe(project))
      // A wire on the wrong pin.
      try project.edit(
        project.benchPath, "\"adc0\", channel = 0, volts_at_zero = 1.0", "\"adc0\", channel = 2, volts_at_zero = 1.0")
      try project.rebuildBench()
      let bad = try project.edged("doctor")
      #expect(bad.code == 1 && bad.output.contains("check the wire between them"), bad.said)
    }
  }
}
