import Numerics
import WireFormat

/// Why a bench could not be set up.
public enum BenchError: Error, Equatable, Sendable {
  /// The description breaks this rule.
  case invalid(StaticName)
  /// The memory given is not aligned to 16 bytes.
  case misaligned
  /// The memory to attach to holds no state, or that of another bench.
  case foreignState
}

/// Simulated I2C buses with chips on them and devices behind the chips.
///
/// The chips answer, register by register, to the bytes a driver sends. Devices are integrated lazily in steps of the
/// description's quantum, with noise that is a function of seed, device and step alone, so neither the order of readings
/// nor how often they happen changes what is read. Everything that changes lives in one flat block of memory; put into
/// shared memory, it outlives the process that used it, as a real board would. One process at a time may use it.
public final class VirtualBench {
  let core: BenchCore
  private let arena: UnsafeMutableRawPointer
  private let ownState: UnsafeMutableRawPointer?

  /// Bytes of state a bench of this description needs.
  public static func stateBytes(for description: BenchDescription) -> Int {
    MemoryLayout<BenchHeader>.stride + description.chips.count * ChipState.stride
      + description.devices.count * MemoryLayout<DeviceState>.stride
      + description.lines.count * MemoryLayout<LineState>.stride
      + description.chips.reduce(0) { $0 + $1.memorySize }
  }

  /// - Parameters:
  ///   - memory: at least `stateBytes(for:)` bytes, aligned to 16, that outlive the bench; nil to have it allocate.
  ///   - attach: go on from the state in `memory` in place of a power-on.
  ///   - realClock: nanoseconds of a monotonic clock, for real time; nil for virtual time, which starts at 0 and moves by
  ///     the length of each transaction and by sleeping.
  ///   - sleeper: waits until that time of `realClock`; called by the clock's `sleep` in real time.
  public init(
    _ description: BenchDescription, memory: UnsafeMutableRawPointer? = nil, attach: Bool = false,
    realClock: (@convention(c) () -> UInt64)? = nil, sleeper: (@convention(c) (UInt64) -> Void)? = nil
  ) throws(BenchError) {
    if let fault = description.firstFault() { throw .invalid(fault) }
    let size = Self.stateBytes(for: description)
    if let memory {
      guard UInt(bitPattern: memory) & 15 == 0 else { throw .misaligned }
    } else if attach {
      throw .foreignState
    }
    let digest = UInt64(CRC32C.checksum(description.encoded())) << 32 | UInt64(size)
    if attach, let memory {
      let header = memory.assumingMemoryBound(to: BenchHeader.self)
      guard header.pointee.magic == BenchHeader.magic, header.pointee.description == digest else {
        throw .foreignState
      }
    }
    ownState = memory == nil ? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16) : nil
    let state = memory ?? ownState ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    (core, arena) = BenchBuilder.build(description, state: state, realClock: realClock, sleeper: sleeper)
    if attach {
      BenchBuilder.mend(core)
    } else {
      BenchBuilder.powerOn(core, description, size: size, digest: digest)
    }
  }

  deinit {
    arena.deallocate()
    ownState?.deallocate()
  }

  /// How many buses there are.
  public var busCount: Int { core.tables.pointee.busCount }

  /// A bus; nobody acknowledges anything on one the description does not have.
  public func bus(_ index: Int) -> VirtualI2CBus { VirtualI2CBus(core: core, index: index) }

  /// The bench's lines.
  public var lines: VirtualLineBank { VirtualLineBank(core: core) }

  /// The bench's time.
  public var clock: VirtualClock { VirtualClock(core: core) }

  /// From now on the chip acknowledges nothing; it keeps its power and its outputs. Unknown numbers do nothing.
  public func unplug(chip: Int) { setUnplugged(chip, 1) }

  /// Undoes `unplug`.
  public func plug(chip: Int) { setUnplugged(chip, 0) }

  private func setUnplugged(_ chip: Int, _ value: UInt16) {
    guard chip >= 0, chip < core.tables.pointee.chipCount else { return }
    core.chip(chip).words[ChipState.unplugged] = value
  }
}
