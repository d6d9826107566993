// What a failure usually means, and what to do. Texts of a few words, fit to follow a bus, an address or a line's name.

extension I2CErrorKind {
  /// The likely cause and the remedy.
  public var hint: StaticString {
    switch self {
    case .noAcknowledgeAddress: return "nobody answers (check power, wiring and address)"
    case .noAcknowledgeData: return "the chip refused a byte (check that it is the chip described)"
    case .arbitrationLost: return "another controller took the bus, or a chip pulls SDA low at the wrong time"
    case .timeout: return "the transfer took too long (a chip stretches the clock, or a line is held low)"
    case .busStuck: return "SDA or SCL is held low (a chip hangs, or a pull-up is missing)"
    case .overrun: return "the controller lost data (an interrupt came too late)"
    case .permission: return "no permission (add the user to group i2c)"
    case .noSuchDevice: return "there is no such bus (is I2C switched on in the boot configuration?)"
    case .unsupported: return "the controller cannot do this transfer (set the bus's combining as its board file says)"
    case .unexpectedData: return "the answer is not this chip's (check address and kind)"
    case .other: return "an error the kernel gives no reason for (see its log)"
    case .addressInUse: return "a driver in the kernel has this address (take the chip out of the device tree)"
    }
  }
}

extension LineErrorKind {
  /// The likely cause and the remedy.
  public var hint: StaticString {
    switch self {
    case .noSuchChip: return "there is no such GPIO chip (`gpiodetect` lists labels)"
    case .noSuchLine: return "there is no such line (`gpioinfo` lists names and offsets)"
    case .busy: return "the line is in use (stop its user, or take it out of the device tree)"
    case .permission: return "no permission (add the user to group gpio)"
    case .timeout: return "no edge came in time (check the wiring and the edge asked for)"
    case .unsupported: return "the chip cannot do this with the line"
    case .other: return "an error the kernel gives no reason for (see its log)"
    case .ambiguous: return "more than one has this name (give the chip's path and the line's offset)"
    case .biasUnsupported: return "the chip has no such pull resistor (fit one, and set bias to as-is)"
    case .wrongDirection: return "inputs are read, outputs are set, and edges come from inputs that ask for them"
    }
  }
}
