package org.adamant.proptest;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.adamant.Adam;

/**
 * The hyper-parameters of {@link Adam} by name, so that a new one is drawn, reduced and paired with all others, and no
 * list has to name it.
 */
final class Options {

  private Options() {}

  /** A hyper-parameter with a {@code with} method of its own. */
  record Option(String name, Method with) {

    Class<?> type() {
      return with.getParameterTypes()[0];
    }

    /** The changed copy; throws what the method throws. */
    Adam apply(Adam adam, Object value) {
      try {
        return (Adam) with.invoke(adam, value);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof RuntimeException refused) {
          throw refused;
        }
        throw new AssertionError(e);
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** All of them, in the order of their names. */
  static final List<Option> ALL =
      Arrays.stream(Adam.class.getMethods())
          .filter(method -> method.getName().startsWith("with") && method.getParameterCount() == 1)
          .map(
              method -> new Option(
                  Character.toLowerCase(method.getName().charAt(4))
                      + method.getName().substring(5),
                  method))
          .sorted(Comparator.comparing(Option::name))
          .toList();

  /** The same hyper-parameters, and all but these as in the defaults. */
  static Adam only(Adam adam, String... names) {
    final Set<String> kept = Set.of(names);
    return Adam.parse(
        parts(adam)
            .filter(part -> kept.contains(part.substring(0, part.indexOf('='))))
            .collect(Collectors.joining(", ", "Adam[", "]")));
  }

  /** The rule, if it is one of these, and otherwise Adam. */
  static Adam.Rule ruleAmong(Adam adam, Adam.Rule... rules) {
    return Arrays.asList(rules).contains(adam.rule()) ? adam.rule() : Adam.Rule.ADAM;
  }

  /** What remains if one of the hyper-parameters is as in the defaults; may be refused, when it is parsed. */
  static List<String> withoutOne(Adam adam) {
    return parts(adam)
        .map(
            left -> parts(adam)
                .filter(part -> !part.equals(left))
                .collect(Collectors.joining(", ", "Adam[", "]")))
        .toList();
  }

  private static Stream<String> parts(Adam adam) {
    final String text = adam.toString();
    return Arrays.stream(text.substring(text.indexOf('[') + 1, text.length() - 1).split(", "));
  }
}
