package org.adamant.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.adamant.bench.results.Workload.Kind;
import org.adamant.bench.support.Element;
import org.junit.jupiter.api.Test;

class WorkloadTest {

  @Test
  void theSmallNetworkHasSixArrays() {
    final Workload network = new Workload(Kind.SMALL_NETWORK, Element.FLOAT, 0, 1);
    assertThat(network.lengths()).hasSize(6);
    assertThat(network.elements()).isEqualTo(4_481);
  }

  @Test
  void gpt2HasItsPublishedNumberOfParameters() {
    final Workload gpt2 = new Workload(Kind.GPT2, Element.FLOAT, 0, 2);
    assertThat(gpt2.lengths()).hasSize(148);
    assertThat(gpt2.elements()).isEqualTo(124_439_808);
  }

  @Test
  void labelsAreTheSameInEveryLanguage() {
    final Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(new Workload(Kind.ONE_PASS, Element.FLOAT, 16_384, 2).label())
          .isEqualTo("float 16,384, all in one pass, 2 threads");
      assertThat(new Workload(Kind.BFLOAT16, Element.FLOAT, 16_384, 1).label())
          .isEqualTo("bfloat16 16,384");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void randomValuesAreTheSameForTheSameSeedOnly() {
    for (Element element : Element.values()) {
      final Object values = element.random(100, 2, 1);
      assertThat(values).isEqualTo(element.random(100, 2, 1));
      assertThat(values).isNotEqualTo(element.random(100, 2, 2));
      for (int i = 0; i < 100; i++) {
        assertThat(Element.get(values, i)).isBetween(-2.0, 2.0);
      }
    }
  }
}
