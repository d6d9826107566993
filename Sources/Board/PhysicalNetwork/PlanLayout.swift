import HardwareInterface
import WireFormat

/// Where everything of a plan stands: counted first, then filled in.
struct PlanLayout {
  private(set) var byteCount = 0
  private(set) var operationCount = 0
  private(set) var passes: [PlanPass] = []
  private(set) var segments: [PlanSegment] = []
  private(set) var planned: [PlannedTransfer] = []
  private(set) var transfers: [I2CTransfer] = []
  private(set) var groups: [CodeGroup] = []
  private(set) var slots: [Int] = []

  private static func even(_ count: Int) -> Int { (count + 1) & ~1 }

  init(_ plan: PlanBuilder) {
    for pass in plan.passes {
      for segment in pass.segments {
        for draft in segment.drafts {
          byteCount += Self.even(max(draft.writeBytes, draft.prefix.count)) + Self.even(draft.readBytes)
          operationCount += draft.readBytes > 0 ? 2 : 1
          if draft.status {
            byteCount += 4
            operationCount += 2
          }
        }
      }
    }
  }

  mutating func fill(
    _ plan: PlanBuilder, bytes: UnsafeMutableRawPointer, operations: UnsafeMutablePointer<I2COperation>,
    units: UnsafeMutablePointer<ConverterUnit>
  ) {
    var byte = bytes
    var operation = operations
    for pass in plan.passes {
      let firstSegment = segments.count
      for segment in pass.segments {
        let first = planned.count
        var bits: UInt64 = 0
        for draft in segment.drafts {
          add(draft, &byte, &operation, units, plan)
          bits += planned[planned.count - 1].bits - 1
        }
        let count = planned.count - first
        segments.append(
          PlanSegment(
            bus: segment.bus, mux: segment.mux, mask: segment.mask, first: first, count: count, active: count,
            bits: bits + 1))
      }
      passes.append(
        PlanPass(first: firstSegment, count: segments.count - firstSegment, round: pass.round, role: pass.role))
    }
  }

  private mutating func add(
    _ draft: PlanBuilder.Draft, _ byte: inout UnsafeMutableRawPointer,
    _ operation: inout UnsafeMutablePointer<I2COperation>, _ units: UnsafeMutablePointer<ConverterUnit>,
    _ plan: PlanBuilder
  ) {
    let firstOperation = operation
    let (written, status) = (byte, draft.status ? byte + Self.even(max(draft.writeBytes, draft.prefix.count)) : nil)
    if let status {
      // Pointer of the configuration, and its word.
      status.storeBytes(of: 1, as: UInt8.self)
      put(&operation, .write(UnsafeRawBufferPointer(start: status, count: 1)))
      put(&operation, .read(UnsafeMutableRawBufferPointer(start: status + 2, count: 2)))
    }
    for (index, value) in draft.prefix.enumerated() {
      written.storeBytes(of: value, toByteOffset: index, as: UInt8.self)
    }
    let count = max(draft.writeBytes, draft.prefix.count)
    if count > 0 { put(&operation, .write(UnsafeRawBufferPointer(start: written, count: count))) }
    byte += Self.even(count) + (draft.status ? 4 : 0)
    let answer = draft.readBytes > 0 ? byte : nil
    if let answer {
      put(&operation, .read(UnsafeMutableRawBufferPointer(start: answer, count: draft.readBytes)))
      byte += Self.even(draft.readBytes)
    }
    let list = UnsafeMutableBufferPointer(start: firstOperation, count: operation - firstOperation)
    let place = planned.count
    if draft.role == .drive { addGroups(draft, written, units) }
    planned.append(
      PlannedTransfer(
        unit: draft.unit, role: draft.role, bits: WireTime.bits(list), answer: answer, answerBytes: draft.readBytes,
        status: status.map { $0 + 2 }, firstSlot: slots.count, slotCount: draft.slots.count, channel: draft.channel))
    slots += draft.slots
    transfers.append(I2CTransfer(address: units[draft.unit].address, operations: list))
    if draft.role == .drive {
      if units[draft.unit].writeCount == 0 { units[draft.unit].firstWrite = place }
      units[draft.unit].writeCount += 1
    }
  }

  private func put(_ operation: inout UnsafeMutablePointer<I2COperation>, _ value: I2COperation) {
    operation.initialize(to: value)
    operation += 1
  }

  private mutating func addGroups(
    _ draft: PlanBuilder.Draft, _ bytes: UnsafeMutableRawPointer, _ units: UnsafeMutablePointer<ConverterUnit>
  ) {
    if units[draft.unit].groupCount == 0 { units[draft.unit].firstGroup = groups.count }
    let size = draft.writeBytes / max(draft.groups.count, 1)
    for (index, group) in draft.groups.enumerated() {
      groups.append(
        CodeGroup(
          bytes: UnsafeMutableRawBufferPointer(start: bytes + index * size, count: size), channel: group.channel,
          firstSlot: slots.count, count: group.slots.count))
      slots += group.slots
    }
    units[draft.unit].groupCount += draft.groups.count
  }
}
