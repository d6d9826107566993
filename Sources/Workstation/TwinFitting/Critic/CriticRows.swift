/// A zeroed matrix on a 64-byte boundary, [row][column], whose columns are windows.
final class CriticRows<R: CriticReal>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<R>
  let rows: Int
  let columns: Int
  var count: Int { rows * columns }

  init(_ rows: Int, _ columns: Int) {
    self.rows = rows
    self.columns = columns
    let count = max(1, rows * columns)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<R>.stride, alignment: 64)
    pointer = raw.initializeMemory(as: R.self, repeating: 0, count: count)
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  func zero() { pointer.update(repeating: 0, count: count) }
}
