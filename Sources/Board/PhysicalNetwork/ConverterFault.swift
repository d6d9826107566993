import HardwareInterface

/// A chip that failed: which one of the description, and how.
public struct ConverterFault: Error, Equatable, Sendable {
  /// Index into `BoardDescription.chips`.
  public var chip: UInt8
  public var cause: I2CError

  public init(chip: UInt8, cause: I2CError) {
    self.chip = chip
    self.cause = cause
  }
}
