"""What is in a photo, by name: ImageNet's 1,000 classes and COCO's 80 things with their places."""
