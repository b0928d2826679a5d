/**
 * The command that measures the kernel against other implementations of Adam. Their libraries are large,
 * so what calls them is compiled only in the Maven profile {@code peers}, from {@code src/peers/java}.
 */
package org.adamant.bench.peers;
