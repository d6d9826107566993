// Messages are put together by calls. The standard library has its own parts of this inlined at every place, some 60 bytes
// a piece, and a board's program is full of messages: this is a fifth of its size. Elsewhere size does not matter.
#if hasFeature(Embedded)
  extension DefaultStringInterpolation {
    @inline(never)
    public mutating func appendLiteral(_ literal: String) { write(literal) }

    @inline(never)
    public mutating func appendInterpolation(_ text: String) { write(text) }

    @inline(never)
    public mutating func appendInterpolation(_ number: Int) { write(number.description) }

    @inline(never)
    public mutating func appendInterpolation(_ number: UInt64) { write(number.description) }

    public mutating func appendInterpolation(_ number: Int32) { appendInterpolation(Int(number)) }
    public mutating func appendInterpolation(_ number: UInt32) { appendInterpolation(UInt64(number)) }
    public mutating func appendInterpolation(_ number: UInt16) { appendInterpolation(UInt64(number)) }
    public mutating func appendInterpolation(_ number: UInt8) { appendInterpolation(UInt64(number)) }
  }

  extension String {
    @inline(never)
    public static func + (left: String, right: String) -> String {
      var text = left
      text.append(right)
      return text
    }

    @inline(never)
    public static func += (left: inout String, right: String) { left.append(right) }
  }
#endif
