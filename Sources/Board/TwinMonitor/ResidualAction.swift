/// What becomes of a node whose residuals leave their range; the numbers stand in bundles.
public enum ResidualAction: UInt8, CaseIterable, Equatable, Sendable {
  /// It is told in the journal, and nowhere else.
  case log = 1
  /// It is told in the journal and in the board's status.
  case flag = 2
  /// It is told, and while a network runs the node is left out: its drive goes to the safe value and the network keeps
  /// its last response.
  case quarantine = 3
}
