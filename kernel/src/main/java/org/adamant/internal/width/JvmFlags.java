package org.adamant.internal.width;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** The flags of a HotSpot JVM, where they can be read. */
final class JvmFlags {

  private JvmFlags() {}

  /**
   * A flag's value.
   *
   * @param name the flag, as after {@code -XX:}
   * @param otherwise what to return where the flag, or any flag, cannot be read: on another JVM, or
   *     where the module {@code jdk.management} is not resolved
   */
  static String value(String name, String otherwise) {
    try {
      final HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean == null ? otherwise : bean.getVMOption(name).getValue();
    } catch (LinkageError | IllegalArgumentException e) {
      return otherwise;
    }
  }
}
