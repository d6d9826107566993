/// The chips a board may carry; the numbers stand in bundles and journals.
public enum ChipKind: UInt8, Equatable, Sendable {
  case ad5593r = 1
  case mcp4728 = 2
  case ads1115 = 3
  case tca9548a = 4
  case mcp4725 = 5
  case pca9685 = 6
  case ad5272 = 7
  case si5351a = 8
  case ina219 = 9
  case tmp117 = 10
  case tmp105 = 11
  case ds1338 = 12
  case at24c = 13
  case ads1015 = 14
  /// Lines of the board itself: no bus, no address; channel n is line n of the description, codes are 0 and 1.
  case gpio = 15
}

extension ChipKind {
  /// How many channels can drive a node; 0 for a chip that drives nothing. A `gpio` has as many as the board has lines.
  public var driveChannels: Int {
    switch self {
    case .ad5593r: 8
    case .mcp4728: 4
    case .mcp4725, .ad5272: 1
    case .pca9685: 16
    case .si5351a: 3
    case .gpio: BoardDescription.mostLines
    case .ads1115, .ads1015, .tca9548a, .ina219, .tmp117, .tmp105, .ds1338, .at24c: 0
    }
  }

  /// How many channels can be read in a step; 0 for a chip that reads nothing.
  public var readChannels: Int {
    switch self {
    case .ad5593r: 8
    case .ads1115, .ads1015: 4
    case .ina219: 2
    case .tmp117, .tmp105: 1
    case .gpio: BoardDescription.mostLines
    case .mcp4728, .mcp4725, .pca9685, .ad5272, .si5351a, .tca9548a, .ds1338, .at24c: 0
    }
  }

  /// The largest code of a drive channel.
  public var largestDriveCode: UInt16 {
    switch self {
    case .ad5593r, .mcp4728, .mcp4725, .pca9685: 4095
    case .ad5272: 1023
    case .si5351a: 65535
    case .gpio: 1
    case .ads1115, .ads1015, .tca9548a, .ina219, .tmp117, .tmp105, .ds1338, .at24c: 0
    }
  }

  /// Whether its ALERT/RDY output can end a wait for a conversion.
  public var hasReadyLine: Bool { self == .ads1115 || self == .ads1015 }

  /// How many numbers `ChipDescription.settings` has.
  public var settingCount: Int {
    switch self {
    case .pca9685: 1
    case .si5351a: 3
    case .ina219, .at24c: 2
    case .ad5593r, .mcp4728, .ads1115, .ads1015, .mcp4725, .ad5272, .tca9548a, .tmp117, .tmp105, .ds1338, .gpio: 0
    }
  }
}
