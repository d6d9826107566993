import PhysicalNetwork
import WireFormat

/// What one control step is to do.
public struct StepOrder {
  public enum Action: UInt8 { case settle, codes, frame, live }

  public var action: Action
  /// Block or sequence.
  public var sequence: Int
  public var repetition: Int
  /// Row of the block's codes, or frame of the sequence.
  public var row: Int
  /// First step of a settling phase or, where there is none, of the sequence itself.
  public var opensSequence: Bool
  /// Last step of a frame's hold.
  public var closesFrame: Bool
  /// Last step of the sequence.
  public var closesSequence: Bool
}

/// Walks through a run request step by step; plain counters, nothing allocated.
public struct StepCursor {
  private let mode: RunMode
  private let sequenceCount: Int
  private let hold: Int
  private let networkSettle: Int
  private let limit: UInt64
  private var done: UInt64 = 0
  private var sequence = 0
  private var repetition = 0
  private var position = 0

  public init(_ request: RunRequest, network: NetworkDescription?) {
    mode = request.mode
    sequenceCount = request.mode == .characterise ? request.blocks.count : request.sequences.count
    hold = Int(network?.hold ?? 1)
    networkSettle = Int(network?.settleSteps ?? 0)
    limit = request.maximumSteps
  }

  /// The next step, or nil at the end of the run.
  public mutating func next(_ request: borrowing RunRequest) -> StepOrder? {
    if mode == .live { return nextLive() }
    while sequence < sequenceCount {
      let settle: Int
      let steps: Int
      let repeats: Int
      if mode == .characterise {
        settle = Int(request.blocks[sequence].settleSteps)
        steps = Int(request.blocks[sequence].steps)
        repeats = Int(request.blocks[sequence].repeats)
      } else {
        settle = networkSettle
        steps = request.sequences[sequence].frames * hold
        repeats = 1
      }
      if repetition >= repeats || settle + steps == 0 {
        sequence += 1
        repetition = 0
        position = 0
        continue
      }
      let at = position
      position += 1
      let order: StepOrder
      if at < settle {
        order = StepOrder(
          action: .settle, sequence: sequence, repetition: repetition, row: 0, opensSequence: at == 0,
          closesFrame: false, closesSequence: steps == 0 && at == settle - 1)
      } else {
        let step = at - settle
        let width = mode == .characterise ? 1 : hold
        order = StepOrder(
          action: mode == .characterise ? .codes : .frame, sequence: sequence, repetition: repetition,
          row: step / width, opensSequence: at == 0, closesFrame: step % width == width - 1,
          closesSequence: step == steps - 1)
      }
      if position == settle + steps {
        position = 0
        repetition += 1
      }
      return order
    }
    return nil
  }

  private mutating func nextLive() -> StepOrder? {
    guard limit == 0 || done < limit else { return nil }
    let first = done == 0
    let closes = Int(done % UInt64(hold)) == hold - 1
    done += 1
    return StepOrder(
      action: .live, sequence: 0, repetition: 0, row: 0, opensSequence: first, closesFrame: closes,
      closesSequence: limit != 0 && done == limit)
  }
}
