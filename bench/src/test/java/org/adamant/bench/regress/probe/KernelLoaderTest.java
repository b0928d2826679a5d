package org.adamant.bench.regress.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.adamant.AdamKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelLoaderTest {

  @Test
  void eachLoaderHasClassesOfItsOwnButTheStepperIsShared() throws Exception {
    final Path kernel =
        Path.of(AdamKernel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (KernelLoader first = new KernelLoader(kernel);
        KernelLoader second = new KernelLoader(kernel)) {
      final String name = AdamKernel.class.getName();
      assertThat(first.loadClass(name)).isNotSameAs(second.loadClass(name));
      assertThat(first.loadClass(name)).isNotSameAs(AdamKernel.class);
      assertThat(first.loadClass(name)).isSameAs(first.loadClass(name));
      final Stepper stepper = first.stepper(KernelStepper.class);
      assertThat(stepper.getClass()).isNotSameAs(KernelStepper.class);
      final float[] params = {1, 2, 3};
      stepper.run(1, params, new float[] {1, 1, 1}, new float[3], new float[3]);
      assertThat(params[0]).isLessThan(1);
    }
  }

  /** A class or resource that the other kernel lacks must not come from this program. */
  @Test
  void nothingOfTheKernelComesFromThisProgram(@TempDir Path empty) throws Exception {
    try (KernelLoader loader = new KernelLoader(empty)) {
      assertThatThrownBy(() -> loader.loadClass(AdamKernel.class.getName()))
          .isInstanceOf(ClassNotFoundException.class);
      assertThat(loader.getResource("org/adamant/AdamKernel.class")).isNull();
      assertThat(loader.loadClass(Stepper.class.getName())).isSameAs(Stepper.class);
    }
  }
}
