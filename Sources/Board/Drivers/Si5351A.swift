import HardwareInterface

/// Si5351A: three square waves from one crystal, 2.5 kHz to 160 MHz.
///
/// A PLL multiplies the crystal to 600...900 MHz and each output divides that by a fraction. In the loop only the output's
/// own eight division registers change, in one burst the chip takes over at once; the PLL is written, and reset, only where
/// it has to run at another multiple. Sources: Silicon Labs, Si5351A/B/C data sheet, rev. 1.0; AN619, rev. 0.6.
public struct Si5351A: Equatable, Sendable {
  /// 0x60, or 0x61 of parts ordered so.
  public let address: I2CAddress
  /// 25 or 27 MHz as a rule.
  public let crystalHertz: UInt32

  /// Nil for a crystal outside 10 to 40 MHz.
  public init?(address: I2CAddress, crystalHertz: UInt32 = 25_000_000) {
    guard crystalHertz >= 10_000_000, crystalHertz <= 40_000_000 else { return nil }
    self.address = address
    self.crystalHertz = crystalHertz
  }

  /// Outputs.
  public static let outputs: UInt8 = 3
  /// What a PLL needs to lock after its reset, nanoseconds.
  public static let lockTime: UInt64 = 10_000_000

  /// Which of the two PLLs.
  public enum PLL: UInt8, Equatable, Sendable { case a, b }

  @usableFromInline
  enum Register {
    @usableFromInline static let status: UInt8 = 0
    @usableFromInline static let outputDisable: UInt8 = 3
    @usableFromInline static let pllSource: UInt8 = 15
    @usableFromInline static let control: UInt8 = 16
    @usableFromInline static let pllA: UInt8 = 26
    @usableFromInline static let pllB: UInt8 = 34
    @usableFromInline static let division: UInt8 = 42
    @usableFromInline static let pllReset: UInt8 = 177
    @usableFromInline static let crystalLoad: UInt8 = 183
  }

  @usableFromInline
  enum Control {
    /// On, fed by its own division, 8 mA.
    @usableFromInline static let on: UInt8 = 0x0F
    @usableFromInline static let off: UInt8 = 0x80
    @usableFromInline static let whole: UInt8 = 0x40
    @usableFromInline static let fromB: UInt8 = 0x20
  }

  /// Checks that a Si5351A answers and has started, and changes nothing.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers, or it is still starting.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    // The low bits beside the crystal's load are fixed; bits 3 and 2 of the status are zero.
    guard try bus.readByte(address, register: Register.crystalLoad) & 0x3F == 0x12,
      try bus.readByte(address, register: Register.status) & 0x8C == 0
    else { throw I2CError(.unexpectedData, address: address.value) }
  }

  /// The chosen PLL has locked to the crystal, and the crystal swings.
  @inlinable
  public func isLocked<Bus: I2CBus>(on bus: inout Bus, _ pll: PLL = .a) throws(I2CError) -> Bool {
    try bus.readByte(address, register: Register.status) & (pll == .a ? 0xB0 : 0xD0) == 0
  }

  /// Sets PLL A up for a sweep and gives it to the outputs of `mask` (bits 0 to 2), which start at its low end; the others
  /// are off. When all of it is so already, outputs keep their frequencies and nothing is reset.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when another chip answers or this one holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(
    on bus: inout Bus, sweep: Si5351ASweep, mask: UInt8
  ) throws(I2CError) {
    try identify(on: &bus)
    let wanted = ~(mask & 7)
    let runs = try holds(on: &bus, pllMultiple: sweep.multiple)
    if runs, try bus.readByte(address, register: Register.outputDisable) == wanted { return }
    try bus.writeByte(address, register: Register.outputDisable, 0xFF)
    if !runs {
      try bus.writeByte(address, register: Register.crystalLoad, 0xD2)
      try bus.writeByte(address, register: Register.pllSource, 0)
      try bus.send(address) { Self.pllDivision(sweep.multiple).encode(first: Register.pllA, into: $0) }
      try reset(on: &bus, .a)
      guard try holds(on: &bus, pllMultiple: sweep.multiple) else {
        throw I2CError(.unexpectedData, address: address.value)
      }
    }
    for output in 0..<Self.outputs {
      let used = mask >> output & 1 != 0
      if used { try bus.send(address) { Self.encode(output: output, code: 0, sweep: sweep, into: $0) } }
      try bus.writeByte(address, register: Register.control + output, used ? Control.on : Control.off)
    }
    try bus.writeByte(address, register: Register.outputDisable, wanted)
  }

  /// The bytes that set an output of a sweep: 9, or 0 when `buffer` is too short. Outputs wrap at 3.
  @inlinable
  public static func encode(
    output: UInt8, code: UInt16, sweep: Si5351ASweep, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let division = sweep.division(code: code) else { return 0 }
    return division.encode(first: Register.division + 8 * (output % outputs), into: buffer)
  }

  /// Sets an output of a sweep.
  @inlinable
  public func setCode<Bus: I2CBus>(
    on bus: inout Bus, output: UInt8, code: UInt16, sweep: Si5351ASweep
  ) throws(I2CError) {
    try bus.send(address) { Self.encode(output: output, code: code, sweep: sweep, into: $0) }
  }

  /// Lets the outputs of `mask` (bits 0 to 2) swing, and no others.
  @inlinable
  public func enable<Bus: I2CBus>(on bus: inout Bus, mask: UInt8) throws(I2CError) {
    try bus.writeByte(address, register: Register.outputDisable, ~(mask & 7))
  }

  /// Gives an output a frequency of its own, with the least jitter: a whole, even division, and the PLL set to suit. For
  /// setting up; it resets the PLL if that changes, and with it every output on it.
  ///
  /// - Parameter millihertz: 2,500,000 to 160,000,000,000.
  /// - Throws: `I2CError`; `unsupported` for another frequency.
  @inlinable
  public func setFrequency<Bus: I2CBus>(
    on bus: inout Bus, output: UInt8, pll: PLL, millihertz: UInt64
  ) throws(I2CError) {
    guard let (feedback, division) = Self.plan(crystalHertz: crystalHertz, millihertz: millihertz) else {
      throw I2CError(.unsupported, address: address.value)
    }
    let place = output % Self.outputs
    let first = pll == .a ? Register.pllA : Register.pllB
    let same = try holds(on: &bus, feedback, first: first)
    if !same { try bus.send(address) { feedback.encode(first: first, into: $0) } }
    try bus.send(address) { division.encode(first: Register.division + 8 * place, into: $0) }
    let source: UInt8 = pll == .a ? 0 : Control.fromB
    try bus.writeByte(address, register: Register.control + place, Control.on | Control.whole | source)
    if !same { try reset(on: &bus, pll) }
  }

  /// The PLL's and the output's divisions for a frequency; nil outside 2.5 kHz to 160 MHz.
  @inlinable
  public static func plan(
    crystalHertz: UInt32, millihertz: UInt64
  ) -> (feedback: Si5351ADivision, division: Si5351ADivision)? {
    guard crystalHertz >= 10_000_000, crystalHertz <= 40_000_000, millihertz >= 2_500_000,
      millihertz <= 160_000_000_000
    else { return nil }
    let top: UInt64 = 900_000_000_000
    let power = millihertz < 500_000_000 ? Si5351ASweep.power(600_000_000_000, millihertz) : 0
    let scaled = millihertz << UInt64(power)
    // The largest even whole division that keeps the PLL within 900 MHz.
    let whole = min(top / scaled / 2 * 2, 2048)
    let division: Si5351ADivision?
    switch whole {
    case 4...7: division = Si5351ADivision(shortByFour: whole == 4)
    default: division = Si5351ADivision(dividing: whole, by: 1, outputPower: power)
    }
    guard let division,
      let feedback = Si5351ADivision(dividing: scaled * whole, by: UInt64(crystalHertz) * 1000)
    else { return nil }
    return (feedback, division)
  }

  @inlinable
  static func pllDivision(_ multiple: UInt8) -> Si5351ADivision {
    Si5351ADivision(dividing: UInt64(multiple), by: 1) ?? Si5351ADivision(shortByFour: false)
  }

  @inlinable
  func holds<Bus: I2CBus>(on bus: inout Bus, pllMultiple: UInt8) throws(I2CError) -> Bool {
    try holds(on: &bus, Self.pllDivision(pllMultiple), first: Register.pllA)
  }

  @inlinable
  func holds<Bus: I2CBus>(
    on bus: inout Bus, _ division: Si5351ADivision, first: UInt8
  ) throws(I2CError) -> Bool {
    var held: UInt64 = 0
    var wanted: (UInt64, UInt64) = (0, 0)
    try withUnsafeMutableBytes(of: &held) { (raw) throws(I2CError) in
      try bus.readBytes(address, register: first, into: raw)
    }
    return withUnsafeMutableBytes(of: &wanted) { want in
      _ = division.encode(first: first, into: want)
      return withUnsafeBytes(of: held) { have in
        for index in 0..<8 where have[index] != want[index + 1] { return false }
        return true
      }
    }
  }

  @inlinable
  func reset<Bus: I2CBus>(on bus: inout Bus, _ pll: PLL) throws(I2CError) {
    try bus.writeByte(address, register: Register.pllReset, pll == .a ? 0x20 : 0x80)
  }
}
