"""What a scene may show. Apart from the drawing, so that a config can be checked without Pillow."""

CLASS_NAMES: tuple[str, ...] = ("car", "truck", "bus", "pedestrian", "cyclist", "traffic_light", "cone")
