import PhysicalNetwork

/// `network.toml`: how the network is played on the board, and the options of the fitter and the trainer.
///
/// The fitter, the trainer and whoever makes bundles ask `fitting`, `training` and `residuals` for their own keys and call
/// `finish` on them, so that this file need not know them and a misspelt one is still refused.
public struct NetworkFile {
  public static let fileName = "network.toml"

  /// What the network is for; nil to go by the data it is trained on.
  public var task: NetworkTask?
  /// Control steps a frame of input is held for.
  public var hold: Int
  /// Control steps at `settleDrive` before each sequence.
  public var settleSteps: Int
  /// Drive while settling, -1 to 1.
  public var settleDrive: Float
  /// Frames a regression's read-out leaves out.
  public var washoutFrames: Int
  /// Seed of everything random in fitting and training.
  public var seed: UInt64
  /// `[fitting]`: options of the twins' fit.
  public let fitting: ConfigTable
  /// `[training]`: options of the network's training.
  public let training: ConfigTable
  /// `[residuals]`: how the board watches its nodes by their twins.
  public let residuals: ConfigTable

  /// Reads the file at `path`.
  public init(path: String) throws(ConfigError) { try self.init(try ConfigTable(reading: path)) }

  /// Reads `text`; `file` is for messages.
  public init(parsing text: String, file: String) throws(ConfigError) {
    try self.init(try ConfigTable(parsing: text, file: file))
  }

  private init(_ root: ConfigTable) throws(ConfigError) {
    _ = try root.integer("schema", in: 1...ConfigTable.schema)
    if root.has("task") {
      let task = try root.choice("task", ["classification", "regression"])
      self.task = task == "regression" ? .regression : .classification
    } else {
      task = nil
    }
    hold = try root.integer("hold", default: 1, in: 1...10_000)
    settleSteps = try root.integer("settle_steps", default: 12, in: 0...Int(UInt16.max))
    settleDrive = Float(try root.real("settle_drive", default: 1, in: -1...1))
    washoutFrames = try root.integer("washout_frames", default: 20, in: 0...100_000)
    seed = UInt64(try root.integer("seed", default: 1, in: 0...Int.max))
    fitting = try root.optionalTable("fitting")
    training = try root.optionalTable("training")
    residuals = try root.optionalTable("residuals")
    try root.finish()
  }

  /// The text of a new project's file.
  public static let defaultText = """
    # How the network is played on the board.
    schema = 1
    # task = "classification"  # or "regression"; by default as the training data say
    hold = 1                   # control steps a frame of input is held for
    settle_steps = 12          # control steps before each sequence
    settle_drive = 1.0         # drive of every node while settling, -1 to 1; an end of the range clears bistable devices
    washout_frames = 20        # frames at a sequence's start that a regression's score leaves out
    seed = 1

    [fitting]                  # options of the twins' fit; docs/fitting.md has them all, such as
    # solver = "euler-maruyama"      # or "runge-kutta-2", "runge-kutta-4"
    # response_delays = "auto"       # earlier responses that stand in for hidden states, such as 3
    # noise_variables = "auto"       # variables that give the noise a memory, such as 1
    # drift_widths = [32, 32]

    [training]                 # options of the network's training, such as
    # epochs = 110
    # device_noise = 1.0             # 0 trains through noiseless twins
    # recurrent = true

    [residuals]                # each node's twin is stepped beside it on the board; by default those that were accepted
    # enabled = true                 # refuses to push where a node has no accepted twin; false watches none
    # threshold_sd = 10.0            # 3 to 20: standard deviations of the residuals' mean or mean square
    # window_steps = 256             # 16 to 4096: control steps these are taken over
    # action = "flag"                # "log" tells it in the journal alone; "quarantine" also leaves the node out
    """ + "\n"
}
