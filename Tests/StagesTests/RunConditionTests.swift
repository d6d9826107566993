import Stages
import Testing

@Suite struct RunConditionTests {
  private func reading(_ low: Double, _ mean: Double, _ high: Double, unit: String = "°C") -> RunCondition {
    RunCondition(monitor: "m", unit: unit, readings: 9, minimum: low, mean: mean, maximum: high)
  }

  @Test func aThermometerIsAllowedTwoDegrees() {
    let fitted = reading(21.9, 22, 22.1)
    #expect(!fitted.differs(from: reading(23.9, 24, 24.1)))
    #expect(fitted.differs(from: reading(24.2, 24.3, 24.4)))
    #expect(fitted.differs(from: reading(19, 19.5, 20)))
  }

  @Test func whatVariedMayVaryAgain() {
    let fitted = reading(18, 22, 28)
    #expect(!fitted.differs(from: reading(36, 37, 38)) && fitted.differs(from: reading(38, 38.5, 39)))
  }

  @Test func otherQuantitiesAreAllowedSomePercent() {
    let fitted = reading(3.29, 3.3, 3.31, unit: "V")
    #expect(!fitted.differs(from: reading(3.37, 3.38, 3.39, unit: "V")))
    #expect(fitted.differs(from: reading(3.0, 3.1, 3.2, unit: "V")))
    #expect(fitted.range == "3.29 to 3.31 V" && reading(1, 2, 3, unit: "").range == "1 to 3")
  }
}
