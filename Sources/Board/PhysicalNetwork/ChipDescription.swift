/// How a converter that takes its time is used; the numbers stand in bundles.
public enum ConversionMode: UInt8, Equatable, Sendable {
  /// A conversion is started when a reading is wanted.
  case singleShot = 0
  /// The chip converts all the time; one channel a chip.
  case continuous = 1
}

/// One chip, where it sits and how it is set up.
public struct ChipDescription: Equatable, Sendable {
  /// `mux` of a chip that sits on its bus directly.
  public static let noMux: UInt8 = 0xFF

  public var name: String
  public var kind: ChipKind
  /// 7-bit address; 0 for `gpio`.
  public var address: UInt8
  /// Index into `BoardDescription.buses`.
  public var bus: UInt8
  /// Index into `BoardDescription.chips` of the multiplexer in front, or `noMux`.
  public var mux: UInt8
  /// Channel of that multiplexer, 0 to 7.
  public var muxChannel: UInt8
  /// Volts at full scale: a DAC's largest output, an ADC's largest input; 0 where it has no meaning.
  public var fullScaleVolts: Float
  /// Conversions a second (ADS1115: 8 to 860, ADS1015: 128 to 3300); 0 where it has no meaning.
  public var samplesPerSecond: UInt16
  /// The line its ALERT/RDY output is wired to, an index into `BoardDescription.lines`; `BusDescription.noLine` for none.
  public var readyLine: UInt8
  public var conversion: ConversionMode
  /// Numbers of the kind: pca9685 [PWM hertz]; si5351a [crystal hertz, hertz of code 0, hertz of code 65535];
  /// ina219 [shunt ohms, range millivolts]; at24c [bytes, bytes of a page]; others none.
  public var settings: [Float]

  public init(
    name: String, kind: ChipKind, address: UInt8, bus: UInt8, mux: UInt8 = ChipDescription.noMux,
    muxChannel: UInt8 = 0, fullScaleVolts: Float, samplesPerSecond: UInt16 = 0,
    readyLine: UInt8 = BusDescription.noLine, conversion: ConversionMode = .singleShot, settings: [Float] = []
  ) {
    self.name = name
    self.kind = kind
    self.address = address
    self.bus = bus
    self.mux = mux
    self.muxChannel = muxChannel
    self.fullScaleVolts = fullScaleVolts
    self.samplesPerSecond = samplesPerSecond
    self.readyLine = readyLine
    self.conversion = conversion
    self.settings = settings
  }
}
