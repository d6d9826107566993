/// An I2C controller.
///
/// One requirement; everything else is built on it, and `batch` may be done in fewer calls.
public protocol I2CBus {
  /// Performs `operations` as one transaction.
  ///
  /// On the bus: a start and the address before the first operation; a repeated start and the address where the
  /// direction changes, and also between two operations of the same direction; a stop after the last. Each read ends in
  /// a not-acknowledge of its last byte. Nothing is allocated.
  ///
  /// - Throws: `I2CError`; a stop has been sent, and what earlier operations wrote stays written.
  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError)

  /// Performs several transactions in order, in as few calls as the controller allows, and stops at the first that fails.
  ///
  /// Where two are joined in one call, a repeated start stands between them in place of stop and start. A controller
  /// does not tell how far a failed call came: its transactions may then be sent again one by one to find the one at
  /// fault. So a transaction in a batch must be one that does no harm when sent twice. A fault of the whole bus is put
  /// down to the first transaction of the call that met it. Nothing is allocated.
  mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult

  /// Frees a bus that a chip holds low, by clocks and a stop.
  ///
  /// - Returns: whether both lines are high again; nil where the controller cannot do it.
  mutating func recover() -> Bool?
}

extension I2CBus {
  /// Cannot.
  @inlinable
  public mutating func recover() -> Bool? { nil }

  /// One `transaction` each.
  @inlinable
  public mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    for index in transfers.indices {
      do throws(I2CError) {
        try transaction(transfers[index].address, transfers[index].operations)
      } catch {
        return I2CBatchResult(completed: index, error: error)
      }
    }
    return I2CBatchResult(completed: transfers.count)
  }

  /// Start, address, `bytes`, stop.
  @inlinable
  public mutating func write(_ address: I2CAddress, _ bytes: UnsafeRawBufferPointer) throws(I2CError) {
    var operation = I2COperation.write(bytes)
    try transact(address, &operation, count: 1)
  }

  /// Start, address, read into `bytes`, stop.
  @inlinable
  public mutating func read(_ address: I2CAddress, into bytes: UnsafeMutableRawBufferPointer) throws(I2CError) {
    var operation = I2COperation.read(bytes)
    try transact(address, &operation, count: 1)
  }

  /// Start, address, `bytes`, repeated start, read into `answer`, stop.
  @inlinable
  public mutating func writeRead(
    _ address: I2CAddress, _ bytes: UnsafeRawBufferPointer, into answer: UnsafeMutableRawBufferPointer
  ) throws(I2CError) {
    var pair = (I2COperation.write(bytes), I2COperation.read(answer))
    let outcome: I2CError? = withUnsafeMutableBytes(of: &pair) { raw in
      let operations = raw.bindMemory(to: I2COperation.self)
      do throws(I2CError) {
        try transaction(address, operations)
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }

  @inlinable
  mutating func transact(
    _ address: I2CAddress, _ operation: inout I2COperation, count: Int
  ) throws(I2CError) {
    let outcome: I2CError? = withUnsafeMutablePointer(to: &operation) { pointer in
      do throws(I2CError) {
        try transaction(address, UnsafeMutableBufferPointer(start: pointer, count: count))
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }
}
