import HardwareInterface
import LinuxHardware

/// Transfers of arrays, for checks: an array of what was read, or the error.
extension I2CController {
  func send(_ address: I2CAddress, _ bytes: [UInt8]) -> I2CError? {
    var bus = self
    return bytes.withUnsafeBytes { raw -> I2CError? in
      do throws(I2CError) {
        try bus.write(address, raw)
        return nil
      } catch {
        return error
      }
    }
  }

  func fetch(_ address: I2CAddress, count: Int) -> Result<[UInt8], I2CError> {
    var bus = self
    var answer = [UInt8](repeating: 0, count: count)
    let failure = answer.withUnsafeMutableBytes { raw -> I2CError? in
      do throws(I2CError) {
        try bus.read(address, into: raw)
        return nil
      } catch {
        return error
      }
    }
    return failure.map { .failure($0) } ?? .success(answer)
  }

  func fetch(_ address: I2CAddress, after bytes: [UInt8], count: Int) -> Result<[UInt8], I2CError> {
    var bus = self
    var answer = [UInt8](repeating: 0, count: count)
    let failure = answer.withUnsafeMutableBytes { raw -> I2CError? in
      bytes.withUnsafeBytes { command -> I2CError? in
        do throws(I2CError) {
          try bus.writeRead(address, command, into: raw)
          return nil
        } catch {
          return error
        }
      }
    }
    return failure.map { .failure($0) } ?? .success(answer)
  }
}

extension Checks {
  mutating func sent(_ name: String, _ failure: I2CError?) {
    check(name, failure == nil, failure.map { Self.text($0) } ?? "")
  }

  mutating func fetched(_ name: String, _ result: Result<[UInt8], I2CError>, _ wanted: [UInt8]) {
    switch result {
    case .success(let bytes): equal(name, bytes, wanted)
    case .failure(let error): fail(name, Self.text(error))
    }
  }
}

/// A batch that owns its bytes: what is written to a device, and how much is read after it.
final class OwnedBatch {
  let transfers: UnsafeMutableBufferPointer<I2CTransfer>
  private var operations: [UnsafeMutableBufferPointer<I2COperation>] = []
  private var buffers: [UnsafeMutableRawBufferPointer] = []

  init(_ list: [(address: I2CAddress, write: [UInt8], read: Int)]) {
    transfers = .allocate(capacity: list.count)
    for (index, item) in list.enumerated() {
      let pair = UnsafeMutableBufferPointer<I2COperation>.allocate(capacity: item.read > 0 ? 2 : 1)
      let out = UnsafeMutableRawBufferPointer.allocate(byteCount: item.write.count, alignment: 1)
      out.copyBytes(from: item.write)
      pair.initializeElement(at: 0, to: .write(UnsafeRawBufferPointer(out)))
      buffers.append(out)
      if item.read > 0 {
        let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: item.read, alignment: 1)
        pair.initializeElement(at: 1, to: .read(answer))
        buffers.append(answer)
      }
      operations.append(pair)
      transfers.initializeElement(at: index, to: I2CTransfer(address: item.address, operations: pair))
    }
  }

  deinit {
    for pair in operations { pair.deallocate() }
    for buffer in buffers { buffer.deallocate() }
    transfers.deallocate()
  }

  func run<Port: I2CPort>(on bus: I2CController<Port>) -> I2CBatchResult {
    withExtendedLifetime(self) { bus.batch(transfers) }
  }

  /// What the transaction has read.
  func answer(_ index: Int) -> [UInt8] { Array(operations[index][operations[index].count - 1].bytes) }
}
