import Drivers
import Foundation
import HardwareInterface
import PhysicalNetwork
import Testing
import VirtualBench
import Workbench

/// A look at the simulated chips of a board from outside: their registers lie in a file, as a real board's lie in silicon.
enum BenchProbe {
  /// What each drive channel's DAC puts out, and what it is to put out on every way out.
  struct Drive {
    var code: UInt16
    var safe: UInt16
    /// The converter's output is on.
    var powered: Bool
  }

  /// Reads the DACs back over the bus, with the drivers the board uses.
  static func drives(_ project: VirtualProject) throws -> [Drive] {
    let board = try BoardFile.read(path: project.boardPath)
    let bench = try BenchDescription(
      decoding: [UInt8](try Data(contentsOf: URL(fileURLWithPath: project.state + "/bench.bin"))))
    // A copy: the board may be running.
    let size = VirtualBench.stateBytes(for: bench)
    let data = try Data(contentsOf: URL(fileURLWithPath: project.state + "/run/bench.state"))
    try #require(data.count == size)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { memory.deallocate() }
    data.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: size) }
    let virtual = try VirtualBench(bench, memory: memory, attach: true)
    return try withExtendedLifetime(virtual) {
      try board.drives.map { drive in
        let chip = board.chips[Int(drive.chip)]
        var bus = virtual.bus(Int(chip.bus))
        if chip.mux != ChipDescription.noMux {
          let mux = TCA9548A(address: try #require(I2CAddress(board.chips[Int(chip.mux)].address)))
          try mux.select(on: &bus, mask: 1 << chip.muxChannel)
        }
        let address = try #require(I2CAddress(chip.address))
        if chip.kind == .ad5593r {
          let code = try AD5593R(address: address).dacCode(on: &bus, channel: drive.channel)
          return Drive(code: code, safe: drive.safeCode, powered: true)
        }
        let status = try MCP4728(address: address, doubleGain: false).status(on: &bus)
        let channel = [status.a, status.b, status.c, status.d][Int(drive.channel)]
        return Drive(code: channel.code, safe: drive.safeCode, powered: channel.powerDown == 0)
      }
    }
  }

  /// Whether every drive is at its safe value.
  static func isSafe(_ project: VirtualProject) throws -> Bool {
    try drives(project).allSatisfy { $0.code == $0.safe && $0.powered }
  }
}
