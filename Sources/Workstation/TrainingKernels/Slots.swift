/// Places for results that different threads fill, each place by one thread.
public final class Slots<Value>: @unchecked Sendable {
  private let places: UnsafeMutableBufferPointer<Value?>

  public init(count: Int) {
    places = .allocate(capacity: count)
    places.initialize(repeating: nil)
  }

  deinit {
    places.deinitialize()
    places.deallocate()
  }

  public subscript(index: Int) -> Value? {
    get { places[index] }
    set { places[index] = newValue }
  }
}
