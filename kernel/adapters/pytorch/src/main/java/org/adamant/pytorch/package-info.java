/** Adamant as an optimizer beside torch::optim, for PyTorch of the JavaCPP presets. */
package org.adamant.pytorch;
