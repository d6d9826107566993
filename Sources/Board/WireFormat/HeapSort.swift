extension Array {
  /// Sorts in place in O(n log n); equal elements may change places.
  ///
  /// The standard library's stable sort is some 1,500 bytes of code for every kind of element, a tenth of it is this.
  public mutating func heapSort(by precedes: (Element, Element) -> Bool) {
    guard count > 1 else { return }
    for start in stride(from: count / 2 - 1, through: 0, by: -1) { siftDown(from: start, below: count, precedes) }
    for end in stride(from: count - 1, to: 0, by: -1) {
      swapAt(0, end)
      siftDown(from: 0, below: end, precedes)
    }
  }

  @inline(never)
  private mutating func siftDown(from start: Int, below end: Int, _ precedes: (Element, Element) -> Bool) {
    var root = start
    while 2 * root + 1 < end {
      var child = 2 * root + 1
      if child + 1 < end, precedes(self[child], self[child + 1]) { child += 1 }
      guard precedes(self[root], self[child]) else { return }
      swapAt(root, child)
      root = child
    }
  }
}
