import CBoard
import HardwareInterface
import PhysicalNetwork
import RunRecords
import WireFormat

/// The control loop's side of the ring: samples and events as records, and what to do when the journal is behind.
struct LoopOutput {
  /// Kinds of ring records.
  static let sample: UInt32 = 1
  static let event: UInt32 = 2

  /// A sample's payload: step, time, codes.
  static func sampleBytes(channels: Int) -> Int { 16 + 2 * channels }

  let ring: SampleRing
  /// In virtual time the loop waits for the journal; in real time it never does, and the sample is counted as dropped.
  let waits: Bool
  /// Set by the journal thread (32 bits, release) when it can write no more.
  let journalFailed: UnsafeMutableRawPointer
  /// 32 bits that move on while the loop lives.
  private let beatWord: UnsafeMutableRawPointer?
  private(set) var dropped: UInt64 = 0
  private var gapStart: UInt64 = 0
  private var gapCount: UInt64 = 0

  init(
    ring: SampleRing, waits: Bool, journalFailed: UnsafeMutableRawPointer, beat: UnsafeMutableRawPointer? = nil
  ) {
    beatWord = beat
    self.ring = ring
    self.waits = waits
    self.journalFailed = journalFailed
  }

  /// Shows that the loop lives; only its own thread does.
  @inline(__always)
  func beat() {
    if let beatWord { cboard_store_relaxed_u32(beatWord, cboard_load_relaxed_u32(beatWord) &+ 1) }
  }

  var failed: Bool { cboard_load_acquire_u32(journalFailed) != 0 }

  private func room(_ kind: UInt32, _ payload: Int) -> UnsafeMutableRawPointer? {
    if let memory = ring.reserve(kind: kind, payload: payload) { return memory }
    guard waits else { return nil }
    while !failed {
      _ = cboard_sleep_until(cboard_monotonic_ns() + 50_000)
      beat()
      if let memory = ring.reserve(kind: kind, payload: payload) { return memory }
    }
    return nil
  }

  /// Step, time and codes: drives first, then responses and inputs.
  mutating func putSample(
    step: UInt64, time: UInt64, drives: UnsafePointer<UInt16>, driveCount: Int, reads: UnsafePointer<UInt16>,
    readCount: Int
  ) {
    if gapCount > 0 { closeGap() }
    guard let memory = room(Self.sample, Self.sampleBytes(channels: driveCount + readCount)) else {
      if gapCount == 0 { gapStart = step }
      gapCount += 1
      dropped += 1
      return
    }
    memory.storeBytes(of: step.littleEndian, as: UInt64.self)
    memory.storeBytes(of: time.littleEndian, toByteOffset: 8, as: UInt64.self)
    (memory + 16).copyMemory(from: drives, byteCount: 2 * driveCount)
    (memory + 16 + 2 * driveCount).copyMemory(from: reads, byteCount: 2 * readCount)
    ring.publish()
  }

  private mutating func closeGap() {
    guard let memory = ring.reserve(kind: Self.event, payload: EventEncoder.headerBytes + 8) else { return }
    var event = EventEncoder(memory, type: RunEvent.Code.gap, payload: 8, step: gapStart)
    event.put(gapCount)
    ring.publish()
    gapCount = 0
  }

  /// Events that find no room are lost with the samples around them; a gap event tells of those.
  private func withEvent(_ type: UInt16, payload: Int, step: UInt64, _ fill: (inout EventEncoder) -> Void) {
    guard let memory = room(Self.event, EventEncoder.headerBytes + payload) else { return }
    var event = EventEncoder(memory, type: type, payload: payload, step: step)
    fill(&event)
    ring.publish()
  }

  func putSequenceStart(step: UInt64, sequence: Int, repetition: Int) {
    withEvent(RunEvent.Code.sequenceStart, payload: 8, step: step) { event in
      event.put(UInt32(truncatingIfNeeded: sequence))
      event.put(UInt32(truncatingIfNeeded: repetition))
    }
  }

  func putResult(step: UInt64, sequence: Int, frame: Int, outputs: UnsafePointer<Float>, count: Int) {
    withEvent(RunEvent.Code.result, payload: 8 + 4 * count, step: step) { event in
      event.put(UInt32(truncatingIfNeeded: sequence))
      event.put(UInt32(truncatingIfNeeded: frame))
      for index in 0..<count { event.put(outputs[index].bitPattern) }
    }
  }

  func putMissedDeadline(step: UInt64, lateness: UInt64, skipped: UInt64) {
    withEvent(RunEvent.Code.missedDeadline, payload: 12, step: step) { event in
      event.put(lateness)
      event.put(UInt32(truncatingIfNeeded: min(skipped, UInt64(UInt32.max))))
    }
  }

  func putResidual(step: UInt64, _ residual: ResidualEvent) {
    withEvent(RunEvent.Code.residual, payload: ResidualEvent.byteCount, step: step) { event in
      residual.put(into: &event)
    }
  }

  /// What the converters have told.
  func put(_ event: BankEvent, step: UInt64) {
    switch event {
    case .none: return
    case .leftOut(let fault):
      withEvent(RunEvent.Code.chipFault, payload: 7, step: step) { put(fault, to: &$0) }
    case .retried(let fault, let attempt):
      withEvent(RunEvent.Code.transferRetried, payload: 8, step: step) { event in
        put(fault, to: &event)
        event.put(attempt)
      }
    case .recovered(let chip, let probes, let after):
      withEvent(RunEvent.Code.chipRecovered, payload: 13, step: step) { event in
        event.put(chip)
        event.put(probes)
        event.put(after)
      }
    case .cleared(let bus, let freed):
      withEvent(RunEvent.Code.busCleared, payload: 2, step: step) { event in
        event.put(bus)
        event.put(UInt8(freed ? 1 : 0))
      }
    case .line(let error):
      withEvent(RunEvent.Code.lineFault, payload: 6, step: step) { event in
        event.put(error.line)
        event.put(error.kind.rawValue)
        event.put(error.errno)
      }
    case .reading(let monitor, let code, let value):
      withEvent(RunEvent.Code.monitor, payload: 8, step: step) { event in
        event.put(monitor)
        event.put(code)
        event.put(value.bitPattern)
      }
    }
  }

  private func put(_ fault: ConverterFault, to event: inout EventEncoder) {
    event.put(fault.chip)
    event.put(fault.cause.address)
    event.put(fault.cause.kind.rawValue)
    event.put(fault.cause.errno)
  }
}
