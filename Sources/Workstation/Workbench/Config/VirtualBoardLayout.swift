import VirtualBench

/// Which converter channels the nodes of a virtual board sit on.
///
/// The first three quarters of the nodes sit on AD5593R chips behind a TCA9548A, four drives and four readings a chip (DAC
/// channels 0 to 3, ADC channels 4 to 7); the rest on pairs of MCP4728 and ADS1115, as many a pair. All share one bus.
struct VirtualBoardLayout {
  /// One converter channel and the volts of its values -1 and +1.
  struct Channel {
    let chip: String
    let channel: Int
    let low: Double
    let high: Double

    var middle: Double { (low + high) / 2 }
    var half: Double { (high - low) / 2 }
  }

  /// A node's channels.
  struct Seat {
    let drive: Channel
    let responses: [Channel]
  }

  struct Chip {
    let name: String
    let kind: String
    let address: Int
    var mux: (name: String, channel: Int)?
    var volts: Double?
  }

  private(set) var chips: [Chip] = []
  private(set) var seats: [Seat] = []

  /// - Parameter readings: how many readings each node has, 1 to 4.
  init(readings: [Int]) {
    let combined = (3 * readings.count + 3) / 4
    chips.append(Chip(name: "mux0", kind: "tca9548a", address: 0x70))
    let combinedChips = fill(readings[..<combined]) { index, drive, read, count in
      Seat(
        drive: Channel(chip: "combi\(index)", channel: drive, low: 0.25, high: 2.25),
        responses: (0..<count).map { Channel(chip: "combi\(index)", channel: 4 + read + $0, low: 0.25, high: 2.25) })
    }
    for index in 0..<combinedChips {
      chips.append(
        Chip(
          name: "combi\(index)", kind: "ad5593r", address: 0x10 + index % 2, mux: ("mux0", index / 2), volts: 2.5))
    }
    let pairs = fill(readings[combined...]) { index, drive, read, count in
      Seat(
        drive: Channel(chip: "dac\(index)", channel: drive, low: 0.2, high: 1.8),
        responses: (0..<count).map { Channel(chip: "adc\(index)", channel: read + $0, low: 0.4, high: 3.6) })
    }
    for index in 0..<pairs {
      chips.append(Chip(name: "dac\(index)", kind: "mcp4728", address: 0x60 + index, volts: 2.048))
      chips.append(Chip(name: "adc\(index)", kind: "ads1115", address: 0x48 + index, volts: 4.096))
    }
  }

  /// Seats nodes on units of four drives and four readings, in turn; how many units that took.
  private mutating func fill(_ readings: ArraySlice<Int>, _ seat: (Int, Int, Int, Int) -> Seat) -> Int {
    var unit = 0
    var drives = 0
    var reads = 0
    for count in readings {
      if drives == 4 || reads + count > 4 { (unit, drives, reads) = (unit + 1, 0, 0) }
      seats.append(seat(unit, drives, reads, count))
      drives += 1
      reads += count
    }
    return readings.isEmpty ? 0 : unit + 1
  }
}
