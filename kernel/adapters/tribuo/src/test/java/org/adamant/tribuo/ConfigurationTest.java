package org.adamant.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.adamant.Adam;
import org.adamant.Adam.AmsGrad;
import org.adamant.Adam.EpsilonPlacement;
import org.adamant.Adam.WeightDecay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Model;
import org.tribuo.classification.experiments.ConfigurableTrainTest;

/** The optimiser by name in a configuration file, and a published program of Tribuo's that trains with it. */
class ConfigurationTest {

  private static final String FILE =
      """
          <?xml version="1.0" encoding="UTF-8"?>
          <config>
            <component name="adam" type="org.adamant.tribuo.AdamantOptimiser">
              %s
            </component>
            <component name="logistic" type="org.tribuo.classification.sgd.linear.LinearSGDTrainer">
              <property name="optimiser" value="adam"/>
              <property name="epochs" value="20"/>
              <property name="minibatchSize" value="8"/>
            </component>
            <component name="factorisation" type="org.tribuo.classification.sgd.fm.FMClassificationTrainer">
              <property name="optimiser" value="adam"/>
              <property name="epochs" value="30"/>
              <property name="factorizedDimSize" value="4"/>
              <property name="variance" value="0.1"/>
            </component>
          </config>
          """;

  @TempDir
  Path directory;

  @Test
  void tribuosProgramTrainsALinearModel() throws Exception {
    final Model<?> model = train("logistic");

    final String provenance = model.getProvenance().toString();
    assertThat(provenance).contains("org.adamant.tribuo.AdamantOptimiser").contains("0.03");
    assertThat(accuracy()).isGreaterThan(0.95);
  }

  @Test
  void tribuosProgramTrainsAFactorisationMachine() throws Exception {
    train("factorisation");

    assertThat(accuracy()).isGreaterThan(0.85);
  }

  @Test
  void everyHyperParameterIsAProperty() throws IOException {
    final AdamantOptimiser optimiser =
        configured(
            """
                <property name="initialLearningRate" value="0.5"/>
                <property name="betaOne" value="0.6"/>
                <property name="betaTwo" value="0.7"/>
                <property name="epsilon" value="0.125"/>
                <property name="hyperParameters" value="epsilonPlacement=ALGORITHM_1, rootEpsilon=0.25,
                    weightDecay=0.0625,weightDecayMode=L2 , amsgrad=RAW, nesterov=true, clipValue=3,
                    averageDecay=0.75"/>
                <property name="nonFinite" value="SKIP"/>
                <property name="threads" value="2"/>
                """);

    final Adam expected =
        new Adam(0.5, 0.6, 0.7, 0.125, 0.0625)
            .withEpsilonPlacement(EpsilonPlacement.ALGORITHM_1)
            .withRootEpsilon(0.25)
            .withWeightDecay(WeightDecay.L2, 0.0625)
            .withAmsgrad(AmsGrad.RAW)
            .withNesterov(true)
            .withClipValue(3)
            .withAverageDecay(0.75)
            .withMaximize(true);
    assertThat(optimiser.adam()).isEqualTo(expected);
    assertThat(optimiser.copy().adam()).isEqualTo(expected);
    assertThat(optimiser.copy()).hasToString(optimiser.toString());
    assertThat(optimiser.toString()).contains("nonFinite=SKIP", "threads=2");
    assertThat(optimiser.getProvenance().toString())
        .contains("0.0625", "ALGORITHM_1", "SKIP", "0.75");
    assertThat(new AdamantOptimiser(expected).getProvenance().toString())
        .contains("weightDecay=0.0625", "epsilonPlacement=ALGORITHM_1", "averageDecay=0.75");
  }

  @Test
  void pytorchsArithmeticIsAProperty() throws IOException {
    final String properties =
        """
            <property name="epsilon" value="1e-8"/>
            <property name="hyperParameters" value="epsilonPlacement=ALGORITHM_1, weightDecayMode=L2, arithmetic=PYTORCH"/>
            """;

    assertThat(configured(properties).adam()).isEqualTo(Adam.pytorch().withMaximize(true));
  }

  @Test
  void nothingSaidIsAsTribuosAdam() throws IOException {
    assertThat(configured("").adam()).isEqualTo(Adam.tribuo().withMaximize(true));
  }

  @Test
  void wrongValuesAreNamed() {
    assertThatThrownBy(() -> configured("<property name=\"betaOne\" value=\"1\"/>"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("beta1 = 1.0: expected");
    assertThatThrownBy(
        () -> configured("<property name=\"hyperParameters\" value=\"amsgrad=SOMETIMES\"/>"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("SOMETIMES");
    assertThatThrownBy(
        () -> configured("<property name=\"hyperParameters\" value=\"gamma=3\"/>"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("expected hyper-parameters that this version has, and not 'gamma=3'");
    assertThatThrownBy(() -> configured("<property name=\"threads\" value=\"0\"/>"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("threads = 0: expected at least 1");
  }

  private AdamantOptimiser configured(String properties) throws IOException {
    final Path file = directory.resolve("configuration.xml");
    Files.writeString(file, FILE.formatted(properties));
    try (ConfigurationManager manager = new ConfigurationManager(file.toString())) {
      return (AdamantOptimiser) manager.lookup("adam");
    }
  }

  /** By the command line that its documentation shows. */
  private Model<?> train(String trainer) throws Exception {
    final Path configuration = directory.resolve("training.xml");
    Files.writeString(
        configuration,
        FILE.formatted("<property name=\"initialLearningRate\" value=\"0.03\"/>"));
    final Path model = directory.resolve("model.tribuo");
    ConfigurableTrainTest.main(
        new String[] {
          "-c",
          configuration.toString(),
          "-t",
          trainer,
          "-s",
          "LIBSVM",
          "-u",
          data("train.libsvm", 1).toString(),
          "-v",
          data("test.libsvm", 2).toString(),
          "-o",
          directory.resolve("predictions.csv").toString(),
          "-f",
          model.toString(),
          "--model-output-protobuf", "true"});
    return Model.deserializeFromFile(model);
  }

  /** Two classes that a plane parts; a fifth of the features is there, so that gradients are sparse. */
  private Path data(String name, long seed) throws IOException {
    final Random random = new Random(seed);
    final StringBuilder lines = new StringBuilder();
    for (int line = 0; line < 400; line++) {
      final StringBuilder features = new StringBuilder();
      double sum = 0;
      for (int feature = 1; feature <= 20; feature++) {
        if (random.nextInt(5) == 0) {
          final double value = random.nextGaussian();
          sum += feature % 2 == 0 ? value : -value;
          features.append(' ').append(feature).append(':').append(value);
        }
      }
      if (Math.abs(sum) > 0.3) {
        lines.append(sum > 0 ? 1 : 0).append(features).append('\n');
      }
    }
    final Path file = directory.resolve(name);
    Files.writeString(file, lines);
    return file;
  }

  /** Of the predictions that the program has written, in the order of the test data. */
  private double accuracy() throws IOException {
    final List<String> predictions = Files.readAllLines(directory.resolve("predictions.csv"));
    final List<String> data = Files.readAllLines(directory.resolve("test.libsvm"));
    assertThat(predictions).first().isEqualTo("Label,0,1");
    assertThat(predictions).hasSize(data.size() + 1);
    int right = 0;
    for (String prediction : predictions.subList(1, predictions.size())) {
      final String[] columns = prediction.split(",");
      final boolean isOne = Double.parseDouble(columns[2]) > Double.parseDouble(columns[1]);
      right += isOne == columns[0].equals("1") ? 1 : 0;
    }
    return (double) right / data.size();
  }
}
