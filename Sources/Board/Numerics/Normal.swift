/// Normal deviates by inversion: one word, one deviate, the same bits everywhere.
public enum Normal {
  /// The word's midpoint in the open interval (0, 1).
  @inlinable
  public static func uniform(_ word: UInt32) -> Double {
    (Double(word) + 0.5) * 0x1p-32
  }

  /// The standard normal deviate whose distribution function is `uniform(word)`; at most 6.3 in size.
  @inlinable
  public static func deviate(_ word: UInt32) -> Double { quantile(uniform(word)) }

  /// The inverse of the standard normal distribution function for 0 < `p` < 1, to about 1e-15.
  ///
  /// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988).
  public static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if q <= 0.425, q >= -0.425 {
      let r = 0.180625 - q * q
      return q * central(r)
    }
    let tail = q < 0 ? p : 1 - p
    var r = (0 - Maths.log(tail)).squareRoot()
    let size: Double
    if r <= 5 {
      r -= 1.6
      size = near(r)
    } else {
      r -= 5
      size = far(r)
    }
    return q < 0 ? 0 - size : size
  }

  private static func central(_ r: Double) -> Double {
    var n = 2509.0809287301226727
    n = n * r + 33430.575583588128105
    n = n * r + 67265.770927008700853
    n = n * r + 45921.953931549871457
    n = n * r + 13731.693765509461125
    n = n * r + 1971.5909503065514427
    n = n * r + 133.14166789178437745
    n = n * r + 3.387132872796366608
    var d = 5226.495278852545925
    d = d * r + 28729.085735721942674
    d = d * r + 39307.89580009271061
    d = d * r + 21213.794301586595867
    d = d * r + 5394.1960214247511077
    d = d * r + 687.1870074920579083
    d = d * r + 42.313330701600911252
    d = d * r + 1
    return n / d
  }

  private static func near(_ r: Double) -> Double {
    var n = 7.7454501427834140764e-4
    n = n * r + 0.0227238449892691845833
    n = n * r + 0.24178072517745061177
    n = n * r + 1.27045825245236838258
    n = n * r + 3.64784832476320460504
    n = n * r + 5.7694972214606914055
    n = n * r + 4.6303378461565452959
    n = n * r + 1.42343711074968357734
    var d = 1.05075007164441684324e-9
    d = d * r + 5.475938084995344946e-4
    d = d * r + 0.0151986665636164571966
    d = d * r + 0.14810397642748007459
    d = d * r + 0.68976733498510000455
    d = d * r + 1.6763848301838038494
    d = d * r + 2.05319162663775882187
    d = d * r + 1
    return n / d
  }

  private static func far(_ r: Double) -> Double {
    var n = 2.01033439929228813265e-7
    n = n * r + 2.71155556874348757815e-5
    n = n * r + 0.0012426609473880784386
    n = n * r + 0.026532189526576123093
    n = n * r + 0.29656057182850489123
    n = n * r + 1.7848265399172913358
    n = n * r + 5.4637849111641143699
    n = n * r + 6.6579046435011037772
    var d = 2.04426310338993978564e-15
    d = d * r + 1.4215117583164458887e-7
    d = d * r + 1.8463183175100546818e-5
    d = d * r + 7.868691311456132591e-4
    d = d * r + 0.0148753612908506148525
    d = d * r + 0.13692988092273580531
    d = d * r + 0.59983220655588793769
    d = d * r + 1
    return n / d
  }
}
