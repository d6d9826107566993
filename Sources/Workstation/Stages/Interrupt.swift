import CBoard

/// Ctrl-C and its like: work in progress looks here between two pieces and ends in good order.
public enum Interrupt {
  /// From now on INT, TERM and HUP only raise the flag.
  public static func install() { _ = cboard_signals_install() }

  /// Whether the user has asked for an end.
  public static var raised: Bool { cboard_signal_pending() != 0 }

  /// Throws where the user has asked for an end.
  public static func check() throws(StageError) {
    if raised { throw StageError("interrupted; what was stored before is whole", code: ExitCode.interrupted) }
  }
}
