"""Photos and captions: prepared files, their sources, augmentation."""
