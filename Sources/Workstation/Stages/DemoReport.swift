/// What a demo found; written as report.json. Field names are the file's keys.
public struct DemoReport: Codable, Equatable {
  public struct Device: Codable, Equatable {
    public var node: String
    public var one_step_error: Double
    public var mean_error: Double?
    public var sd_error: Double?
    public var autocovariance_error: Double?
    public var residual_mean: Double
    public var residual_sd: Double
    /// Whether the twin passed the checks on held-out data.
    public var accepted: Bool
  }

  public var task: String
  /// Classification: share of the test recordings told right, by what the board logged.
  public var board_accuracy: Double?
  /// The same network on the twins; mean over several noise seeds.
  public var twin_accuracy: Double?
  /// A linear read-out of time-averaged raw inputs, no nodes.
  public var linear_floor_accuracy: Double?
  /// Random weights, on the board.
  public var untrained_board_accuracy: Double?
  /// Prediction: root mean square error over the targets' standard deviation, in the same four places.
  public var board_nrmse: Double?
  public var twin_nrmse: Double?
  public var linear_floor_nrmse: Double?
  public var untrained_board_nrmse: Double?
  public var nodes: Int
  public var training_cases: Int
  public var test_cases: Int
  public var labels: [String]
  /// Rows: the recording's label; columns: what the board said.
  public var confusion: [[Int]]?
  /// Control steps on the board, all runs together.
  public var steps_run: Int
  public var missed_deadlines: Int
  public var dropped_samples: Int
  public var lossy: Bool
  /// Sequences whose logged read-out is not what the network makes of the logged codes, bit for bit.
  public var readout_replay_mismatches: Int
  /// Journal bytes over the bytes of the raw codes in it, all runs together.
  public var journal_bytes_over_raw: Double
  public var twins: [Device]
  public var seconds: [String: Double]
  public var seed: UInt64
  public var seeds: [String: UInt64]
  /// The trained network's bundle.
  public var bundle_sha256: String
  public var bundle_counter: Int
  public var traces: [String]
}
