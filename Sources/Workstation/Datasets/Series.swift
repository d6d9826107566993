/// One long recording: frames of one or more channels.
public struct Series: Equatable, Sendable {
  /// Path of the file, or the generator's name.
  public var file: String
  /// Names of the channels; `column 1`, … where the file has no header.
  public var names: [String]
  /// [frames, channels]
  public var values: [Float]
  public var frames: Int

  public init(file: String, names: [String], values: [Float], frames: Int) {
    self.file = file
    self.names = names
    self.values = values
    self.frames = frames
  }

  public var channels: Int { names.count }

  /// All frames of one channel.
  public func channel(_ index: Int) -> [Float] {
    guard names.indices.contains(index) else { return [] }
    return (0..<frames).map { values[$0 * channels + index] }
  }
}
