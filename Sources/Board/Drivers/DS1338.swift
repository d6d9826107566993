import HardwareInterface

/// DS1338: a clock with a battery, in binary-coded decimals from 2000 to 2099.
///
/// The clock is read from a copy made at the start condition, so its parts belong together. Source: Maxim Integrated, DS1338
/// data sheet.
public struct DS1338: Equatable, Sendable {
  /// 0x68, the only one it has.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// What the clock shows.
  public struct Moment: Equatable, Sendable {
    /// 2000 to 2099.
    public var year: UInt16
    /// 1 to 12.
    public var month: UInt8
    /// 1 to 31.
    public var day: UInt8
    /// 0 to 23.
    public var hour: UInt8
    public var minute: UInt8
    public var second: UInt8

    public init(year: UInt16, month: UInt8, day: UInt8, hour: UInt8, minute: UInt8, second: UInt8) {
      self.year = year
      self.month = month
      self.day = day
      self.hour = hour
      self.minute = minute
      self.second = second
    }
  }

  @usableFromInline
  enum Register {
    @usableFromInline static let seconds: UInt8 = 0x00
    @usableFromInline static let control: UInt8 = 0x07
  }

  /// The oscillator has stopped since the clock was last set: what it shows means nothing.
  @inlinable
  public func oscillatorStopped<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Bool {
    try bus.readByte(address, register: Register.control) & 0x20 != 0
  }

  /// Reads the clock, all of it at one moment.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the answer is no time.
  @inlinable
  public func moment<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Moment {
    var bytes: UInt64 = 0
    return try withUnsafeMutableBytes(of: &bytes) { (raw) throws(I2CError) in
      let seven = UnsafeMutableRawBufferPointer(rebasing: raw[0..<7])
      try bus.readBytes(address, register: Register.seconds, into: seven)
      return try decode(UnsafeRawBufferPointer(seven))
    }
  }

  /// Sets the clock, lets it run and clears the stop flag. The weekday counts from Monday, 1.
  ///
  /// - Throws: `I2CError`; `unsupported` for a moment that does not exist.
  @inlinable
  public func set<Bus: I2CBus>(on bus: inout Bus, _ moment: Moment) throws(I2CError) {
    try bus.send(address) { Self.encode(moment, into: $0) }
    let control = try bus.readByte(address, register: Register.control)
    try bus.writeByte(address, register: Register.control, control & ~0x20)
  }

  /// Checks that a clock answers, and changes nothing: bits the registers do not have read as zero. What it shows need not be
  /// a time: after its first power-up that is not defined.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    var bytes: UInt64 = 0
    try withUnsafeMutableBytes(of: &bytes) { (raw) throws(I2CError) in
      try bus.readBytes(address, register: Register.seconds, into: raw)
    }
    // Minutes, hours, weekday, day, month and control, in the order of their registers from the low byte up.
    guard UInt64(littleEndian: bytes) & 0x4C00_E0C0_F880_8000 == 0 else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// The bytes that set the clock: 8, or 0 when `buffer` is too short or the moment does not exist.
  @inlinable
  public static func encode(_ moment: Moment, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard buffer.count >= 8, isMoment(moment) else { return 0 }
    buffer[0] = Register.seconds
    // Bit 7 of the seconds halts the clock, bit 6 of the hours counts to 12: both 0.
    buffer[1] = decimal(moment.second)
    buffer[2] = decimal(moment.minute)
    buffer[3] = decimal(moment.hour)
    buffer[4] = weekday(moment)
    buffer[5] = decimal(moment.day)
    buffer[6] = decimal(moment.month)
    buffer[7] = decimal(UInt8(truncatingIfNeeded: moment.year - 2000))
    return 8
  }

  /// The moment in the first seven registers.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when they are no time.
  @inlinable
  public func decode(_ raw: UnsafeRawBufferPointer) throws(I2CError) -> Moment {
    guard raw.count >= 7, let second = Self.binary(raw[0] & 0x7F), let minute = Self.binary(raw[1]),
      let hour = Self.hour(raw[2]), raw[3] >= 1, raw[3] <= 7, let day = Self.binary(raw[4]),
      let month = Self.binary(raw[5]), let year = Self.binary(raw[6])
    else { throw I2CError(.unexpectedData, address: address.value) }
    let moment = Moment(
      year: 2000 + UInt16(year), month: month, day: day, hour: hour, minute: minute, second: second)
    guard Self.isMoment(moment) else { throw I2CError(.unexpectedData, address: address.value) }
    return moment
  }

  // Bit 6: twelve hours, with bit 5 for the afternoon.
  @inlinable
  static func hour(_ byte: UInt8) -> UInt8? {
    guard byte & 0x40 != 0 else { return binary(byte & 0x3F) }
    guard let hour = binary(byte & 0x1F), hour >= 1, hour <= 12 else { return nil }
    return hour % 12 + (byte & 0x20 != 0 ? 12 : 0)
  }

  @inlinable
  static func decimal(_ value: UInt8) -> UInt8 { (value / 10) << 4 | value % 10 }

  @inlinable
  static func binary(_ byte: UInt8) -> UInt8? {
    guard byte >> 4 <= 9, byte & 0x0F <= 9 else { return nil }
    return (byte >> 4) * 10 + (byte & 0x0F)
  }

  @inlinable
  static func isMoment(_ moment: Moment) -> Bool {
    guard moment.year >= 2000, moment.year <= 2099, moment.month >= 1, moment.month <= 12, moment.day >= 1,
      moment.hour <= 23, moment.minute <= 59, moment.second <= 59
    else { return false }
    return moment.day <= daysOfMonth(moment.month, leap: moment.year % 4 == 0)
  }

  @inlinable
  static func daysOfMonth(_ month: UInt8, leap: Bool) -> UInt8 {
    switch month {
    case 2: return leap ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Days since 2000-01-01, which was a Saturday.
  @inlinable
  static func days(_ moment: Moment) -> UInt32 {
    let years = UInt32(moment.year - 2000)
    var days = years * 365 + (years + 3) / 4
    for month in 1..<moment.month { days += UInt32(daysOfMonth(month, leap: moment.year % 4 == 0)) }
    return days + UInt32(moment.day) - 1
  }

  @inlinable
  static func weekday(_ moment: Moment) -> UInt8 { UInt8(truncatingIfNeeded: (days(moment) + 5) % 7 + 1) }
}

extension DS1338.Moment {
  /// Seconds since 1970-01-01 00:00, if the clock shows universal time; 0 for a moment that does not exist.
  @inlinable
  public var unixSeconds: UInt64 {
    guard DS1338.isMoment(self) else { return 0 }
    let seconds = UInt64(hour) * 3600 + UInt64(minute) * 60 + UInt64(second)
    return 946_684_800 + UInt64(DS1338.days(self)) * 86_400 + seconds
  }
}
