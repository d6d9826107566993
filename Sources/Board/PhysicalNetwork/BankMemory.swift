import HardwareInterface
import WireFormat

/// The plan laid out in memory that stays where it is: nothing is allocated after it was made, and the bytes of every
/// transaction stand ready, so that a step changes codes in place.
final class BankMemory<Bus: I2CBus> {
  let buses: UnsafeMutablePointer<Bus>
  let busCount: Int
  let units: UnsafeMutablePointer<ConverterUnit>
  let unitCount: Int
  let muxes: UnsafeMutablePointer<ConverterMux>
  let muxCount: Int
  let passes: UnsafeMutablePointer<PlanPass>
  let passCount: Int
  let segments: UnsafeMutablePointer<PlanSegment>
  let segmentCount: Int
  /// All transactions, in the order they go; the second array has what a bus needs to know of them.
  let planned: UnsafeMutablePointer<PlannedTransfer>
  let transfers: UnsafeMutablePointer<I2CTransfer>
  let transferCount: Int
  /// Those in use, each segment's at its own place, and which of the planned they are.
  let active: UnsafeMutablePointer<I2CTransfer>
  let activeIndex: UnsafeMutablePointer<Int>
  let groups: UnsafeMutablePointer<CodeGroup>
  /// Places in the step's code arrays.
  let slots: UnsafeMutablePointer<Int>
  /// A write's codes side by side, and a read's.
  let scratch: UnsafeMutablePointer<UInt16>
  /// Counters of each chip of the board.
  let counters: UnsafeMutablePointer<ChipCounters>
  let chipCount: Int
  let monitorUnits: UnsafeMutablePointer<Int>
  let monitorDue: UnsafeMutablePointer<UInt64>
  let monitorCount: Int
  /// What happened and was not taken yet.
  let events: UnsafeMutablePointer<BankEvent>
  let eventCapacity: Int
  let progress: UnsafeMutablePointer<SetUpProgress>
  let busState: UnsafeMutablePointer<BusPace>

  private let operations: UnsafeMutablePointer<I2COperation>
  private let bytes: UnsafeMutableRawPointer

  init(_ plan: PlanBuilder, buses list: [Bus], board: BoardDescription) {
    buses = Self.copy(list)
    busCount = list.count
    units = Self.copy(plan.units)
    unitCount = plan.units.count
    muxes = Self.copy(plan.muxes)
    muxCount = plan.muxes.count
    chipCount = board.chips.count
    counters = Self.copy([ChipCounters](repeating: ChipCounters(), count: chipCount))
    monitorUnits = Self.copy(plan.monitorUnits)
    monitorCount = plan.monitorUnits.count
    monitorDue = Self.copy([UInt64](repeating: 0, count: monitorCount))
    eventCapacity = 2 * plan.units.count + 64
    events = Self.copy([BankEvent](repeating: .none, count: eventCapacity))
    progress = Self.copy([SetUpProgress()])
    busState = Self.copy(board.buses.map { BusPace($0) })
    scratch = Self.copy([UInt16](repeating: 0, count: 32))

    var layout = PlanLayout(plan)
    // Eight bytes more, and every answer starts on an even address.
    bytes = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount + 8, alignment: 8)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount + 8)
    operations = UnsafeMutablePointer<I2COperation>.allocate(capacity: max(layout.operationCount, 1))
    layout.fill(plan, bytes: bytes, operations: operations, units: units)
    passes = Self.copy(layout.passes)
    passCount = layout.passes.count
    segments = Self.copy(layout.segments)
    segmentCount = layout.segments.count
    planned = Self.copy(layout.planned)
    transfers = Self.copy(layout.transfers)
    transferCount = layout.planned.count
    active = Self.copy(layout.transfers)
    activeIndex = Self.copy(Array(0..<layout.planned.count))
    groups = Self.copy(layout.groups)
    slots = Self.copy(layout.slots)
  }

  deinit {
    buses.deinitialize(count: busCount)
    buses.deallocate()
    units.deallocate()
    muxes.deallocate()
    passes.deallocate()
    segments.deallocate()
    planned.deallocate()
    transfers.deallocate()
    active.deallocate()
    activeIndex.deallocate()
    groups.deallocate()
    slots.deallocate()
    scratch.deallocate()
    counters.deallocate()
    monitorUnits.deallocate()
    monitorDue.deallocate()
    events.deallocate()
    progress.deallocate()
    busState.deallocate()
    operations.deallocate()
    bytes.deallocate()
  }

  private static func copy<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
    for index in 0..<values.count { (block + index).initialize(to: values[index]) }
    return block
  }

  /// Takes the transactions of chips that are left out out of the batches, and the others in.
  func selectActive() {
    for number in 0..<segmentCount {
      let segment = segments[number]
      var count = 0
      var bits: UInt64 = 0
      var behind = -1
      for index in segment.first..<segment.first + segment.count where !units[planned[index].unit].leftOut {
        active[segment.first + count] = transfers[index]
        activeIndex[segment.first + count] = index
        if behind < 0, units[planned[index].unit].mux >= 0 { behind = count }
        count += 1
        bits += planned[index].bits - 1
      }
      segments[number].active = count
      segments[number].firstBehind = behind
      segments[number].bits = count == 0 ? 0 : bits + 1
    }
  }
}
